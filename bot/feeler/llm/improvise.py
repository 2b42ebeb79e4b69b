"""What the scripted engine says when nobody gave it answers: a plain line in character, made from the prompt.

No model and no chance: the same prompt gives the same line, another draft another wording. The note in
brackets under the last message says what the next line has to do. Every rule that finds its words in the note
adds a sentence, in the order below; so a whole talk works without weights.
"""

import re

from feeler.ports import Request

_NOTE = re.compile(r"\[([^\[\]]+)\]\s*$")
_RULES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        r"about this: ([^\[\]]+?)\. (?:Then|Do not)",
        ("{words}, that stays with me.", "{words}, and I can see that.", "{words}, and I believe it."),
    ),
    (r'(?:this|do know): "([^"]+)"', ("{words}",)),
    (
        r"say that (?:you would have to ask )?([^.]+?) would know",
        (
            "I don't know that, and I won't guess. {Person} would know.",
            "For that ask {words}. I don't know it.",
        ),
    ),
    (
        r"harder (?:part|side)",
        ("There is a harder side to it, if you ask on.", "That is not all, and the rest you may ask for."),
    ),
    (r"simpler and shorter words: ([^\[\]]+)", ("Let me say it again. {words}", "Once more. {words}")),
    (r"play a trick", ("I don't follow that, so let us come back to our talk.",)),
    (r"insult you|beg for a job", ("Easy, nothing is decided today, and I would like to go on.",)),
    (r"they may ask you about it", ("Ask me about it, if you like.", "There is more to say, if you ask.")),
    (
        r"ask what they want to know",
        ("Now it is your turn, what would you like to know about us?", "What do you want to ask me?"),
    ),
    (
        r"second talk with ([^.]+?) could be",
        ("I can promise you nothing today. A second talk with {person} could be the next step.",),
    ),
    (
        r"Say goodbye",
        ("Thank you for this talk. Goodbye, and good luck.", "It was good to meet you. Goodbye."),
    ),
    (
        r"question about (?:what|how|their work)|on one single day",
        ("What exactly did you do there?", "How did you go about it, step by step?"),
    ),
    (
        r"question about (?!what|how|their work)([^.]+)",
        ("What is your best story about {yours}?", "Where did {yours} matter, in what you did?"),
    ),
    (r"ask them(?:, in words that fit their story)?: ([^\[\]]+\?)", ("{words}",)),
    (r"one easy question: ([^\[\]]+\?)", ("{words}",)),
)
_OTHERWISE = (
    "Thank you, that helps me. What did you do yourself, the last time it got difficult?",
    "I like how plainly you put it. Which part of that work would you miss most?",
    "That is good to know. How did the others notice that you were good at it?",
    "I had not looked at it that way. Who had to be convinced, and how did you do it?",
    "I see. What would you want to try here that you could not try there?",
)


def improvise(request: Request, draft: int) -> str:
    """One whole answer to `request`; drafts differ in their wording."""
    last = request.messages[-1].content
    note = _NOTE.search(last)
    turn = len(request.messages) + draft
    said = _followed(note[1], turn) if note else ""
    said = said or _OTHERWISE[turn % len(_OTHERWISE)]
    said = _without_beginning(said, request.opening)
    return " ".join(
        part
        for part in (request.opening, said[:1].upper() + said[1:] if not request.opening else said)
        if part
    )


def _without_beginning(said: str, opening: str) -> str:
    """`said` without the words that the opening ends with already."""
    words = said.split()
    for count in range(len(words) - 1, 0, -1):
        if f" {opening}".lower().endswith(" " + " ".join(words[:count]).lower()):
            return " ".join(words[count:])
    return said


def _followed(note: str, turn: int) -> str:
    """The sentences that the note asks for."""
    sentences = []
    for pattern, wordings in _RULES:
        for found in re.finditer(pattern, note):
            words = found[1] if found.groups() else ""
            person = words + (
                "," if "," in words else ""
            )  # "Petra, who keeps the books," is followed by more
            sentences.append(
                wordings[turn % len(wordings)].format(
                    words=words,
                    person=person,
                    Person=person[:1].upper() + person[1:],
                    yours=re.sub(r"\btheir\b", "your", words),
                )
            )
    return " ".join(sentences)
