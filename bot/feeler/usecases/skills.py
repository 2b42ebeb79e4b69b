"""The small skills of the company's person, each one prompt: what the model is shown for one line.

The same words teach the adapter (`training/`) and ask the model in a talk. A taught model needs the skill's
name and the manner alone; any other gets the persona, the task and a few examples.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import yaml

from feeler.errors import DataError
from feeler.interview.plan import WRITTEN, Job
from feeler.personas.library import shipped_prompts
from feeler.ports import Message


@dataclass(frozen=True, kw_only=True)
class Skill:
    """One thing the company's person can do with a line."""

    task: str  # what the model is told
    fields: Mapping[str, str]  # what it is shown: the field's name -> its label
    examples: tuple[Mapping[str, str], ...] = ()  # fields and `line`, for a model that was not taught
    beginnings: tuple[str, ...] = ()  # first words that some drafts of a taught model are made to have
    beginnings_deed: tuple[str, ...] = ()  # the same where a deed was told; else `beginnings`


def prompt_for(job: Job, manner: str, fields: Mapping[str, str]) -> tuple[Message, ...]:
    """The prompt that a taught model continues with the line: skill, manner, and the fields that are not
    empty.
    """
    skill = skills()[job]
    return (
        Message(role="system", content=f"{job.value}, {manner}"),
        Message(role="user", content=shown(skill, fields)),
    )


def prompt_untaught(
    job: Job, fields: Mapping[str, str], *, persona: str, talk: Sequence[str] = ()
) -> tuple[Message, ...]:
    """The same call for any other model: who it is, what to do, a few examples, and the last lines of the
    talk.
    """
    skill = skills()[job]
    messages = [Message(role="system", content=f"{persona}\n\nYour task now: {skill.task}")]
    for example in skill.examples:
        messages.append(Message(role="user", content=shown(skill, example)))
        messages.append(Message(role="assistant", content=example["line"]))
    before = "".join(f"{line}\n" for line in talk)
    now = f"The talk so far:\n{before}\nNow:\n" if before else ""
    return (*messages, Message(role="user", content=now + shown(skill, fields)))


def shown(skill: Skill, fields: Mapping[str, str]) -> str:
    """The fields as the model sees them, a label and a value a line."""
    found = ((label, " ".join(fields.get(name, "").split())) for name, label in skill.fields.items())
    return "\n".join(f"{label}: {value}" for label, value in found if value)


@cache
def skills() -> Mapping[Job, Skill]:
    """What `prompts/skills.yaml` says of each job. Raises DataError for a job that it lacks or does not
    know.
    """
    path = shipped_prompts() / "skills.yaml"
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    wanted = {job.value for job in Job if job not in (*WRITTEN, Job.SILENT)}
    if set(found) != wanted:
        odd = ", ".join(sorted(set(found) ^ wanted))
        raise DataError(f"{path.name}: these skills are missing or unknown: {odd}")
    return {
        Job(name): Skill(
            task=entry["task"],
            fields=entry["fields"],
            examples=tuple(entry.get("examples", ())),
            beginnings=tuple(entry.get("beginnings", ())),
            beginnings_deed=tuple(entry.get("beginnings_deed", ())),
        )
        for name, entry in found.items()
    }
