"""How other bots do it: one system prompt with persona and dossier, the whole history, one draft."""

from datetime import datetime
from time import monotonic

from feeler.interview.values import Interview, Line, Speaker
from feeler.personas.values import Company, Persona
from feeler.ports import Engine, Message, Preview, Reader, Request, Sampling
from feeler.usecases.drafting import hear, read_prompt
from feeler.usecases.prompting import baseline_prompt


async def baseline_turn(
    interview: Interview,
    persona: Persona,
    company: Company,
    text: str,
    *,
    engine: Engine,
    reader: Reader,
    preview: Preview | None = None,
    now: datetime,
    people: tuple[Persona, ...] = (),
) -> Interview:
    """The talk with `text` and the one draft that came."""
    messages = (
        *_messages(interview, persona, company, people),
        Message(role="user", content=text),
    )
    started = monotonic()
    said, tokens, first = "", 0, None
    async for piece in engine.stream(Request(messages=messages, sampling=Sampling(max_tokens=160))):
        said, tokens = said + piece.text, piece.tokens
        first = first if first is not None or not said else monotonic() - started
    heard = await hear(interview, persona, text, reader=reader, now=now)
    answer = Line(
        number=heard.number + 1, turn=heard.turn, speaker=Speaker.COMPANY, persona=persona.slug,
        phase=heard.phase, text=said.strip() or "…", at=now, seconds_to_first_text=first,
        seconds=monotonic() - started, tokens=tokens,
    )  # fmt: skip
    return interview.evolve(lines=(*interview.lines, heard, answer))


async def baseline_warm_up(
    interview: Interview,
    persona: Persona,
    company: Company,
    *,
    engine: Engine,
    people: tuple[Persona, ...] = (),
) -> None:
    """Let the engine read the system prompt before the first message, as the bot does with its own."""
    await read_prompt(engine, _messages(interview, persona, company, people)[:2])


def _messages(
    interview: Interview, persona: Persona, company: Company, people: tuple[Persona, ...]
) -> tuple[Message, ...]:
    history = [
        Message(role="user" if line.speaker is Speaker.CANDIDATE else "assistant", content=line.text)
        for line in interview.lines
    ]
    return (
        Message(role="system", content=baseline_prompt(persona, company, people)),
        Message(role="user", content="Hello."),
        *history,
    )
