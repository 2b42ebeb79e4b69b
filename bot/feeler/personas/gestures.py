"""Stage directions in brackets, "(smiles and pours coffee)", and not other brackets, which are said."""

import re

_BRACKETED = re.compile(  # with one pair within at most; no link's text
    r"[ \t]{0,3}(?:[(（]((?:[^()（）]|[(（][^()（）]{0,400}[)）]){1,400})[)）]"
    r"|\[([^\[\]]{1,400})\](?!\()|【([^【】]{1,400})】)"
)
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_CLAUSE = re.compile(r",|;|\band\b|\bthen\b|\bwhile\b|\bund\b|\bet\b|\by\b")
_WHOLE = re.compile(  # with anything else beside it, it may be of something else, "(waves of heat)"
    r"(?:with )?(?:(?:an? |the )?(?:[\w-]+ ){0,2}(?:smile|grin|laugh|chuckle|sigh|nod|wink|shrug)"
    r"|(?:an? )?(?:(?:short|long|brief|little|awkward) )?(?:laughter|silence|pause|beat))"
    r"|(?:s?he |they )?(?:bow|wave|paus)(?:e?s|ing)"
    r"(?: (?:(?:for )?a (?:moment|second)|briefly|slightly|politely|hello|goodbye|back|(?:at|to) you))?"
)
_SIGNS = re.compile(
    "笑|点头|點頭|叹气|嘆氣|挥手|揮手|鞠躬|眨眼|沉默|耸肩|聳肩|停顿|停頓|うなず|頷|ため息|お辞儀"
)


def _stem(word: str) -> str:
    bare = re.sub(r"(?:ing|es|s|e)$", "", word)
    return bare[:-1] if bare[-2:-1] == bare[-1:] else bare


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LEADING = _words("he she they still just now even er sie il elle")
_DONE = _words(  # what hardly anything but a body does
    "smile laugh chuckle giggle grin smirk nod sigh shrug wink blink frown blush gesture glance gaze "
    "squint whisper murmur mutter yawn sniff snort scoff hesitate ponder hum beckon hug slump shuffle "
    "fidget fiddle swallow gulp inhale exhale wince grimace cringe stammer clap chew sip cough pour "
    "rub pat tilt nudge"
)
_BODILY = frozenset(map(_stem, _DONE))
_ACTS = _words(  # what things do as well, "(turns out fine)": of a body only with one of the words below
    "looks stares turns sits stands rises gets walks steps leans opens closes takes puts sets places "
    "holds hands gives offers extends raises pushes pulls slides picks grabs reaches lifts lowers "
    "rolls drums taps folds crosses shakes clears adjusts straightens wipes brushes cracks writes "
    "scribbles jots types reads drinks stirs points motions checks watches shows flashes breathes "
    "settles scratches bites touches smooths stretches"
)
_THINGS = _words(
    "his her their himself herself themselves breath breaths sip bite seat note notes chair cup mug "
    "pen notebook notepad throat eyebrow eyebrows brow eyes arms legs nose hair apron coffee tea door "
    "window table desk ceiling floor clock watch papers cv phone laptop smile grin shoulder shoulders "
    "head hand"
)
_WHERE = _words("up down away around back over aside forward forwards closer in off upright silent silently")
_MANNER = _words(
    "softly quietly warmly gently nervously shyly sadly cheerfully proudly thoughtfully hesitantly "
    "playfully awkwardly calmly politely dryly sheepishly excitedly sarcastically jokingly wistfully"
)
_FOREIGN = _words(
    "lächelt lacht nickt seufzt grinst zwinkert winkt schmunzelt räuspert sourit rit rire rires "
    "soupire sonríe ríe risas asiente suspira"
)


def without_gestures(text: str, name: str) -> str:
    """`text` without what somebody of this name does while saying it, where that stands in brackets."""
    return _BRACKETED.sub(lambda found: gap(found) if _is_gesture(found, name) else found[0], text)


def gap(found: re.Match[str]) -> str:
    """What stands in place of something left out, with the blanks before it: none before a full stop."""
    after = found.string[found.end() : found.end() + 1]
    return "" if after in (*".,;:!?…。",) else " "


def gesture_in(text: str, name: str) -> str:
    """The first such stage direction, with its brackets; empty where there is none."""
    return next((found[0] for found in _BRACKETED.finditer(text) if _is_gesture(found, name)), "")


def _is_gesture(found: re.Match[str], name: str) -> bool:
    plain = next(filter(None, found.groups()), "").strip(" \n.!…~*_").lower()
    if any(sign.isdigit() for sign in plain):
        return False
    if _WHOLE.fullmatch(plain) or (len(plain) < 30 and _SIGNS.search(plain)):
        return True
    before = _LEADING | set(_WORD.findall(name.lower()))
    return any(_is_done(_WORD.findall(clause), before) for clause in _CLAUSE.split(plain))


def _is_done(words: list[str], before: frozenset[str]) -> bool:
    """Whether a clause says what a body does, in the third person; its subject is left out or in `before`."""
    while len(words) > 1 and (words[0] in before or words[0].endswith("ly")):
        words = words[1:]
    if not words:
        return False
    verb, rest = words[0], words[1:]
    if verb in _FOREIGN or (verb in _MANNER and not rest):
        return True
    if _stem(verb) in _BODILY and (verb.endswith(("s", "ing")) or not rest):
        return rest[:1] not in (["of"], ["is"], ["are"])
    if verb not in _ACTS:
        return False
    return (
        bool(_THINGS & set(rest)) or "you" in rest[1:2] or (len(rest) < 3 and bool(_WHERE & set(rest[-1:])))
    )
