"""What the scripted engine says when nobody gave it answers: a plain line made from the prompt's own fields.

No model and no chance: the same prompt gives the same line, another draft another wording. So a whole talk
works without weights, and a test can tell from a line what the model was asked for.
"""

from feeler.ports import Request

_LINES: dict[str, tuple[str, ...]] = {
    "open": ("Good to meet you, there is no vacancy today. What was your last day like there?",),
    "ask": (
        "What did you do first about {said}?",
        "Who noticed it, and how did you tell them of {said}?",
        "What came of it in the end, {said}?",
        "How did you know what to do when it was {said}?",
    ),
    "push": ("Which one day of it can you tell me about?", "What was the last small case you remember?"),
    "ease": ("Put simply, what did you do there on one day?", "Let me ask smaller. What was in your hands?"),
    "tell": ("{fact}",),
    "near": ("That exactly I don't know. {fact}", "I can't say that precisely. {fact}"),
    "unknown": ("I don't know that, and I won't guess. Ask {knows}.", "That I don't know. {knows} would."),
    "no_more": (
        "That is as far as I can tell you. For the rest, ask {knows}.",
        "More than that I don't know.",
    ),
    "mine": ("{fact}",),
    "offer": ("{fact}",),
    "hand": ("Now it is your turn. What would you like to know about us?", "What do you want to ask me?"),
    "steady": ("Easy, nothing is decided today, and I would like to go on.",),
    "deflect": ("I don't follow that, so let us come back to our talk.",),
    "leave": ("I can promise you nothing today. A second talk with {next} could be the next step.",),
    "bye": ("It was good to meet you. Goodbye.", "Thank you for this talk. Goodbye, and good luck."),
}
_OTHERWISE = (
    "That is good to know, and I would like to hear more of it.",
    "I had not looked at it that way before, and I think you may be right.",
    "That helps me to see how it was, so thank you for telling it so plainly.",
)
_LABELS = {"They said": "said", "Fact": "fact", "You know of yourself": "fact", "Who would know": "knows",
           "Next step with": "next"}  # fmt: skip


def improvise(request: Request, draft: int) -> str:
    """One whole answer to `request`; drafts differ in their wording."""
    skill = request.messages[0].content.split(",")[0]
    shown = dict(line.split(": ", 1) for line in request.messages[-1].content.splitlines() if ": " in line)
    fields = {name: shown.get(label, "") for label, name in _LABELS.items() if label in shown}
    fields.setdefault("said", "")
    fields["said"] = "“" + " ".join(fields["said"].split()[:4]).strip(".,;!?") + "”"
    lines = _LINES.get(skill, _OTHERWISE)
    if request.opening and skill in ("open", "ask", "push"):
        return f"{request.opening} {fields['said']}?"
    line = lines[(len(request.messages[-1].content) + draft) % len(lines)]
    return line.format(**{"fact": "", "knows": "a colleague", "next": "a colleague", **fields})
