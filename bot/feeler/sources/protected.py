"""What of a CV nobody needs to know, and is never kept: which kind a line is of, by one table of words.

It would rather leave out too much: a line too few can be typed in other words, one too many would be kept.
"""

import re
from dataclasses import dataclass

from feeler.sources.cleaning import ADDRESS


@dataclass(frozen=True, kw_only=True)
class Words:
    """How a kind is recognised, by words behind commas; "*" is the rest of a word, "#" a small number."""

    labels: str  # a colon, a dash or a figure follows, or the value in the next line; "!": it need not
    alone: str = ""  # a part of the line is nothing else: "Leeds, married, two children"
    said: str = ""  # anywhere


TABLE = {
    "photograph": Words(
        labels="photo, photograph, portrait, picture, foto, lichtbild, bild, passport photo!, passfoto!, "
        "passbild!, bewerbungsfoto!",
        said="photo attached, picture attached, photo enclosed, foto anbei, my photo, my picture",
    ),
    "date or place of birth": Words(
        labels="born, geb, geb.-datum, dob, d.o.b, birth, jahrgang, birthday!, date of birth!, "
        "birth date!, birthdate!, place of birth!, "
        "birthplace!, country of birth!, year of birth!, geburtsdatum!, geburtsort!, geburtstag!, "
        "geburtsjahr!, geburtsland!, geburtsname!",
        said="born in, born on, born at, geboren, native of, by birth",
    ),
    "age": Words(
        labels="age, aged, alter",
        said="years old, year-old, years of age, jahre alt, jahre jung, yrs old, jährig*, turned thirty, "
        "turned forty, turned fifty, turned sixty, in my thirties, "
        "in my forties, in my fifties, in my sixties",
    ),
    "nationality": Words(
        labels="nationality!, citizenship!, citizen, passport, ethnicity!, ethnic origin!, race, origin, "
        "herkunft, nationalität!, staatsangehörig*!, staatsbürgerschaft!, residence permit!, "
        "work permit!, aufenthaltstitel!, aufenthaltserlaubnis!, arbeitserlaubnis!",
        alone="* citizen, * national, * passport, * staatsbürger*",
        said="citizen of, eu citizen, settled status, naturalised, eingebürgert",
    ),
    "family": Words(
        labels="family, familie, children, child, kids, kinder, spouse, marital status!, civil status!, "
        "family status!, familienstand!, personenstand!, zivilstand!",
        alone="single, unmarried, ledig, engaged, verlobt, * children, * kids, * kinder",
        said="married, divorced, separated from, widow*, verheiratet, geschieden, verwitwet, "
        "getrennt lebend, mother of, father of, parent of, mum of, mom of, dad of, mutter von, vater von, "
        "mutter zweier, mutter dreier, vater zweier, vater dreier, first child, second child, third child, "
        "our child, our children, our son, our daughter, our family, newborn son, newborn daughter, "
        "single parent, single mother, single father, alleinerziehend*, parental leave, maternity leave, "
        "paternity leave, elternzeit, mutterschutz, pregnan*, schwanger*, # child, # children, # kids, "
        "# sons, # daughters, # kind, # kinder, my wife, my husband, my partner, my son, my sons, "
        "my daughter, my daughters, my children, my kids, my mother, my father, my parents, my family",
    ),
    "health": Words(
        labels="health, health status!, state of health!, gesundheit, gesundheitszustand!, medical history!, "
        "illness, krankheit, medication, blood group!, blutgruppe!, allergies",
        alone="smoker, raucher, healthy, gesund",
        said="my health, my illness, my diagnosis, my depression, good health, excellent health, "
        "health condition, due to illness, because of illness, after an illness, long illness, sick leave, "
        "krankgeschrieben, krankheitsbedingt*, diagnosed with, diabetic, had cancer, from cancer, "
        "with depression, from depression, chronic pain, chronically ill, i have asthma, suffer from, "
        "suffered from, burnout, burn-out, non-smoker, nichtraucher*",
    ),
    "disability": Words(
        labels="disability, disabilities, behinderung, gdb, handicap, degree of disability!, "
        "disability status!, grad der behinderung!",
        alone="disabled, blind, deaf, taub, gehörlos, autistic",
        said="my disability, have a disability, severely disabled, registered disabled, schwerbehind*, "
        "blind since, deaf since, since birth, "
        "behindertenausweis, wheelchair user, hearing impaired, hearing-impaired, visually impaired, "
        "hard of hearing, dyslexic, i have dyslexia, i have adhd, i have autism, my autism, my adhd",
    ),
    "religion": Words(
        labels="religion, faith, creed, denomination!, konfession!, bekenntnis, glaube, "
        "religionszugehörigkeit!, religious affiliation!, religious beliefs!",
        alone="christian, catholic, roman catholic, protestant, muslim, jewish, hindu, buddhist, sikh, "
        "atheist, evangelisch, katholisch, römisch-katholisch, muslimisch, jüdisch, konfessionslos",
        said="my religion, my faith, congregation, baptised, getauft, church member, christlich*, "
        "practising christian, practising muslim, practising catholic",
    ),
    "gender": Words(
        labels="gender!, sex, geschlecht!, pronouns, pronomen, sexual orientation!",
        alone="male, female, man, woman, männlich, weiblich, divers, non-binary, transgender, gay, lesbian",
        said="she/her, he/him, they/them, trans man, trans woman",
    ),
    "contact details": Words(
        labels="address, adresse, anschrift, home address!, wohnhaft, wohnhaft in!, wohnort!, residence, "
        "phone, phone number!, telephone, tel, telefon, telefonnummer!, mobile, mobil, mobilnummer!, "
        "handy, cell, fax, email, e-mail, mail, website, linkedin, xing, skype, whatsapp, "
        "telegram, instagram, contact, contact details!, kontakt, kontaktdaten!",
    ),
}
NUMBER = r"(?:no|one|two|three|four|five|[1-6]|keine?|ein|zwei|drei|vier|fünf)"
PARTS = re.compile(r"\s*[,;·•()/]\s*|\s+[–—-]\s+")
BEFORE = r"(?:(?:i am|i['’]m|ich bin|my|meine?)\s+)?(?:an?\s+|eine?\s+)?"
DATE = re.compile(r"\b(?:\d{1,2}[./-]){0,2}(?:19|20)\d\d\b")
A_DAY = re.compile(r"\*\s?\d{1,2}\.|^\d{1,2}[. /-]\s?(?:\d{1,2}[./-]|[^\W\d]{3,9})\s?(?:19|20)\d\d\W*$")
PLACES = re.compile(
    r"(?:\+|\(?\b0)\d[\d ()/.-]{5,}\d|\(?\b\d{3}\)?[ -]\d{3}[ -]\d{4}\b"  # telephones
    r"|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b|(?:^|, |D-)\d{5} [A-ZÄÖÜ][\w-]+$"  # postcodes
    r"|\b\d{1,4}[a-z]? (?:[A-Z]\w+ ){1,3}(?:St|Rd|Ave|Drive|Close|Square|Terrace)\b"
    r"|(?i:\b\d{1,4}[a-z]? (?:\w+ ){1,2}(?:street|road|lane|avenue)\b)"
    r"|\b(?:at|\(at\)) \w+ (?:dot|\(dot\)) \w+|\b\w+\.(?:com|org|net|de|io|me)/\w"
    r"|\b\w+(?:straße|strasse|str\.|weg|gasse|platz|allee) \d{1,4}\b"
)


def _pattern(words: str) -> str:
    """Any of the words behind commas as a regular expression; without any, one that nothing fits."""
    found = (re.escape(one.strip().rstrip("!")) for one in words.split(",") if one.strip())
    return "|".join(one.replace(r"\*", r"\w*").replace(r"\#", NUMBER) for one in found) or r"(?!)"


def _sure(labels: str) -> str:
    return ", ".join(one for one in labels.split(", ") if one.endswith("!"))


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


LABEL = {kind: _compiled(rf"(?:{_pattern(one.labels)})\.?\s*:?") for kind, one in TABLE.items()}
LABELLED = {
    kind: _compiled(
        rf"{BEFORE}(?:(?:{_pattern(one.labels)})\.?(?:\s*:|\s*[–—-]\s|\s+[+\d]).*|(?:{_pattern(one.alone)}))"
    )
    for kind, one in TABLE.items()
}
SAID = {
    kind: _compiled(rf"(?<!\w)(?:{_pattern(one.said)}|{_pattern(_sure(one.labels))})(?!\w)")
    for kind, one in TABLE.items()
}


def kind_of(line: str) -> str:
    """Which kind of `TABLE` the line is of; empty for one that may be kept. No list sign stands before it."""
    line = line.strip()
    if ADDRESS.search(line) or PLACES.search(DATE.sub("", line)):
        return "contact details"
    if A_DAY.search(line):
        return "date or place of birth"
    parts = [line, *PARTS.split(line.rstrip("."))]
    return next(
        (
            kind
            for kind in TABLE
            if SAID[kind].search(line) or any(LABELLED[kind].fullmatch(part) for part in parts)
        ),
        "",
    )


def label_of(line: str) -> str:
    """The kind of a line that is a label alone: what it announces stands in a line that follows."""
    return next((kind for kind in TABLE if LABEL[kind].fullmatch(line.strip())), "")
