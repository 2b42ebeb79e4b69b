"""A talk from a file, understood: its lines come without what they were read as."""

from dataclasses import replace

from feeler.interview.values import Interview, Need, Speaker
from feeler.ports import Reader


def understood(talk: Interview, reader: Reader) -> Interview:
    """The talk with every message of the candidate's read, where that was not done when it was said."""
    lines, before = [], ""
    for line in talk.lines:
        if line.speaker is Speaker.CANDIDATE and not line.acts:
            reading = reader.read(before, line.text)
            need = reading.need if line.need is Need.NONE else line.need
            line = replace(
                line,
                acts=tuple(sorted(reading.acts)),
                topics=line.topics or reading.topics,
                questions=reading.questions,
                follows=reading.follows,
                deed=reading.deed,
                span=reading.span,
                need=need,
            )
        elif line.speaker is Speaker.COMPANY:
            before = line.text
        lines.append(line)
    return talk.evolve(lines=tuple(lines))
