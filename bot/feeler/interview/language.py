"""Which language a message is in, as far as the talk needs it: English or not, and which of the common ones."""

# ruff: noqa: E501, SIM905  (word lists and patterns read better on one line)

import re

MARKS: dict[str, frozenset[str]] = {
    "de": frozenset("ich und nicht ist das der die ein eine mit für auf wie was haben habe sind wir sie bin auch aber bei sich von dem den zu mein meine sehr gerne können arbeite".split()),
    "fr": frozenset("je et est le la les une des dans pour que qui avec vous nous pas mais sur mon ma suis ai très bonjour comment être votre travail j'ai c'est du au".split()),
    "es": frozenset("yo y es el los las una en para que con usted nosotros pero por mi soy muy hola cómo como trabajo estoy tengo su del años qué".split()),
    "it": frozenset("io e è il lo gli una per che con voi noi ma sono mio mia molto ciao come lavoro ho nel della anni questo cosa".split()),
    "pt": frozenset("eu e é o os uma para que com você nós mas por meu minha sou muito olá como trabalho tenho não anos uns em".split()),
    "nl": frozenset("ik en is het de een met voor op hoe wat hebben heb zijn wij niet ook maar bij van mijn zeer graag kunnen werk jaar".split()),
    "pl": frozenset("ja i jest nie się na z w do jak co mam jestem bardzo dzień dobry praca firma pracuję lat to".split()),
    "tr": frozenset("ben ve bir bu için ile çok ne nasıl değil var merhaba iş çalışıyorum olarak yıl".split()),
}  # fmt: skip
ENGLISH = frozenset(
    """i the a an and to of is are was in it you my we for that with on at as have had do did not be this what how
    from but so me your or they there would can if about which who when why just no yes because were been has our
    their one more work job company please tell like don't i'm it's people team he she very some much""".split()
)
SCRIPTS = (
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
)
LETTERS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


def language_of(text: str) -> str:
    """The language's two letters; "en" also where nothing speaks against it, since names and typos are no language."""
    letters = [sign for sign in text if sign.isalpha()]
    for name, script in SCRIPTS:
        if letters and 2 * len(script.findall(text)) >= len(letters):
            return name
    spoken = [word.lower() for word in LETTERS.findall(text.replace("’", "'"))]
    english = sum(word in ENGLISH for word in spoken)
    name, hits = max(
        (
            (name, sum(word in marks and word not in ENGLISH for word in spoken))
            for name, marks in MARKS.items()
        ),
        key=lambda found: found[1],
    )
    return name if hits >= 2 and hits > english else "en"


def is_english(text: str) -> bool:
    """Whether the talk can go on in English with this message."""
    return language_of(text) == "en"
