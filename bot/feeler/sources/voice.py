"""A sentence of the source in the company's own mouth, by one careful rule: only who speaks is changed.

"They employ 40 people" and "Kern Foods employs 40 people" become "We employ 40 people". Where the rule does
not fit, the source's sentence stands as it is, and a list item is quoted. Numbers and names are the source's own.
"""

# ruff: noqa: E501  (patterns read better on one line)

import re

from feeler.interview.words import numbers

# Verbs that say what a company is and does, as they stand behind its name; every other is left as it is.
PLURAL = {
    "is": "are", "has": "have", "was": "were", "does": "do", "employs": "employ", "makes": "make",
    "builds": "build", "produces": "produce", "sells": "sell", "runs": "run", "operates": "operate",
    "offers": "offer", "delivers": "deliver", "supplies": "supply", "serves": "serve", "develops": "develop",
    "designs": "design", "manufactures": "manufacture", "belongs": "belong", "works": "work", "owns": "own",
    "exports": "export", "trains": "train", "pays": "pay", "plans": "plan", "expects": "expect",
    "provides": "provide", "looks": "look", "wants": "want", "needs": "need", "hires": "hire", "takes": "take",
    "invests": "invest", "specialises": "specialise", "specializes": "specialize", "repairs": "repair",
    "maintains": "maintain", "cares": "care", "teaches": "teach", "keeps": "keep", "opens": "open",
    "grows": "grow", "publishes": "publish", "brews": "brew", "bakes": "bake", "uses": "use", "buys": "buy",
}  # fmt: skip
PAST = frozenset(
    """began started opened moved grew bought sold invested reported earned took won made built employed
    produced delivered became joined lost closed reduced raised cut trained hired paid had did will can could
    must also now currently still today have were are""".split()  # noqa: SIM905
)
BETWEEN = r"(?:also|now|currently|still|today|always|only) "
OTHERS = re.compile(r"\b(?:it|itself|they|them|themselves|he|she|his|her)\b", re.IGNORECASE)
OURS = re.compile(r"\b(?:its|their)\b")
QUOTED = "On paper it says: “{text}”"
NAME = re.compile(r"(?<=[a-z,;:] )[A-Z][\w’'-]*")


def spoken(text: str, *, company: str, whole: bool) -> str:
    """`text` as somebody of `company` says it; the source's words are never replaced by others."""
    if not whole:
        return QUOTED.format(text=text.rstrip(";,"))
    turned = _turned(text, company)
    if turned and same(turned, text):
        return turned
    return QUOTED.format(text=text) if re.match(r"(?:They|Their|It|Its)\b", text) else text


def same(turned: str, text: str) -> bool:
    """Whether no number and no name is in `turned` that is not in `text`, and no number is lost."""
    return numbers(turned) == numbers(text) and set(NAME.findall(turned)) <= set(
        re.findall(r"[\w’'-]+", text)
    )


def _turned(text: str, company: str) -> str:
    """The sentence with "we" in the place of the company; empty where the rule does not fit."""
    if re.match(r"They\b", text):
        rest = text[4:]
        return f"We{_ours(rest)}" if not _speaks_of_others(rest) else ""
    subject = "|".join(re.escape(name) for name in _names(company))
    found = re.match(
        rf"(?P<before>(?:In (?:[A-Z][a-z]+ )?\d{{4}},? |Today,? |Since \d{{4}},? )?)"
        rf"(?P<subject>{subject}|[Tt]he (?:company|firm|group|cooperative|foundation|business))"
        rf" (?P<between>(?:{BETWEEN})?)(?P<verb>\w+)\b(?P<rest>.*)$",
        text,
        re.DOTALL,
    )
    if not found or _speaks_of_others(found["rest"]):
        return ""
    verb = PLURAL.get(found["verb"]) or (found["verb"] if found["verb"] in PAST else "")
    if not verb:
        return ""
    we = "we" if found["before"] else "We"
    return f"{found['before']}{we} {found['between']}{verb}{_ours(found['rest'])}"


def _names(company: str) -> tuple[str, ...]:
    """The company's name, and its first part where that stands alone: "Kern Foods Ltd" is "Kern Foods" too."""
    bare = re.sub(
        r",? (?:GmbH|AG|SE|KG|Ltd\.?|Limited|plc|PLC|Inc\.?|LLC|Corp\.?|S\.A\.|SA|BV|AB|Oy|& Co\.?.*)$",
        "",
        company,
    )
    return tuple(dict.fromkeys(name for name in (company, bare) if name)) or ("\0",)


def _speaks_of_others(rest: str) -> bool:
    """Whether "it" or "they" in the rest could be the company or anybody else."""
    return bool(OTHERS.search(rest))


def _ours(rest: str) -> str:
    return OURS.sub("our", rest)
