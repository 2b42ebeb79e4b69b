"""One company turn: the plan, who speaks, and everything that was said before."""

from dataclasses import dataclass
from functools import cached_property

from feeler.interview.plan import Plan
from feeler.interview.values import Interview, Speaker
from feeler.interview.words import content, numbers, words
from feeler.personas.values import Company, Persona, Reveal


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One company turn that is to be written or judged. `interview` ends before the candidate's `heard`."""

    plan: Plan
    persona: Persona
    company: Company
    interview: Interview
    heard: str
    people: tuple[Persona, ...] = ()  # colleagues who may be named
    deed: str = ""  # the candidate's most telling deed, quoted, to take leave with
    thing: str = ""  # one thing of it, to take leave with instead: "list on the wall"

    @cached_property
    def own_lines(self) -> tuple[str, ...]:
        """What the company has said so far."""
        return tuple(line.text for line in self.interview.lines if line.speaker is Speaker.COMPANY)

    @cached_property
    def heard_so_far(self) -> tuple[str, ...]:
        """What the candidate has said so far, the message that is answered included."""
        said = [line.text for line in self.interview.lines if line.speaker is Speaker.CANDIDATE]
        return (*said, self.heard)

    @cached_property
    def sources(self) -> str:
        """Everything the company's person may take names, numbers and claims from now."""
        persona, company = self.persona, self.company
        told = self.interview.told | {fact.id for fact in self.plan.facts}
        facts = [fact.text for fact in company.facts if fact.reveal is not Reveal.NEVER and fact.id in told]
        people = [f"{other.name}, {other.role}" for other in self.people]
        profile = self.interview.candidate
        facts += [fact.text for fact in self.plan.facts if fact.text not in facts]  # what is added to one
        parts = [
            company.name, company.field, company.place, company.about, *company.people, *facts, *people,
            persona.name, persona.role, persona.temper, persona.speech, persona.opening, persona.knows,
            *(line for lines in persona.lines.values() for line in lines),
            profile.name, profile.background, profile.curious, *self.own_lines, *self.heard_so_far,
        ]  # fmt: skip
        return "\n".join(parts)

    @cached_property
    def known_numbers(self) -> frozenset[str]:
        """The numbers of `sources`."""
        return numbers(self.sources)

    @cached_property
    def known_words(self) -> frozenset[str]:
        """The words of `sources`, parts of hyphenated ones too."""
        return frozenset(part for word in words(self.sources) for part in (word, *word.split("-")))

    @cached_property
    def known(self) -> frozenset[str]:
        """The stems of `sources`."""
        return frozenset(content(self.sources))

    @cached_property
    def said_last(self) -> frozenset[str]:
        """The stems of the company's last line: an answer may go on from it."""
        return frozenset(content(self.own_lines[-1])) if self.own_lines else frozenset()
