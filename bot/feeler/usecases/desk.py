"""The desk: where every message of a user arrives, whichever way it came."""

from copy import copy
from dataclasses import replace
from datetime import datetime

from feeler.interview.words import visible
from feeler.personas.library import Library
from feeler.ports import Archive, Engine, Preview, Reader
from feeler.usecases import care, ending, privacy, starting, talking, texts
from feeler.usecases.commands import parse_command, perform
from feeler.usecases.helplines import Helplines, shipped_helplines
from feeler.usecases.reading_ahead import ReadingAhead
from feeler.usecases.values import Chat, Outcome
from feeler.usecases.visit import Means, Visit

LONGEST = 100  # characters of what follows a command


class Desk:
    """Takes a chat and what its user did; returns the chat as it is then, and what is to be sent.

    Writes nothing anywhere: whoever calls commits the Outcome. One Desk serves all chats of a process.
    """

    def __init__(
        self,
        *,
        library: Library,
        engine: Engine,
        reader: Reader,
        archive: Archive,
        budget: int = 16,
        max_chars: int = 16_000,
        retention_days: int = 90,
        helplines: Helplines | None = None,
    ) -> None:
        self.means = Means(
            library=library,
            engine=engine,
            reader=reader,
            archive=archive,
            ahead=ReadingAhead(library, engine),
            helplines=helplines or shipped_helplines(),
            budget=budget,
            max_chars=max_chars,
            retention_days=retention_days,
        )

    async def hear(
        self, chat: Chat, text: str, preview: Preview | None, now: datetime, *, region: str = ""
    ) -> Outcome:
        """Whatever was typed: a command where it begins like one, otherwise something said.

        `region` is the country code of the language that the user's app is in, where it names one.
        """
        if len(text) <= self.means.max_chars and (command := parse_command(text)):
            name, argument = command
            return await self.do(chat, name, argument[:LONGEST], preview, now, region=region)
        return await self.say(chat, text, preview, now, region=region)

    async def do(
        self,
        chat: Chat,
        name: str,
        argument: str,
        preview: Preview | None,
        now: datetime,
        *,
        region: str = "",
    ) -> Outcome:
        """One command: "persona", "mira-stone"."""
        visit = self._visit(chat if name == "forget" else _elsewhere(chat), preview, now, region)
        return self._ahead(chat, await perform(visit, name, argument))

    async def press(
        self, chat: Chat, data: str, preview: Preview | None, now: datetime, *, region: str = ""
    ) -> Outcome:
        """A button: the command that it stands for. One of an older version says nothing we know."""
        command = parse_command(data)
        if command is None:
            return self.notice(chat, texts.OLD_BUTTON)
        name, argument = command
        if name == "forget" and privacy.is_yes(argument) and chat.awaiting != "forget":
            return self.notice(chat, texts.OLD_FORGET)  # it stays in the chat, to be touched by mistake
        return await self.do(chat, name, argument, preview, now, region=region)

    async def say(
        self, chat: Chat, text: str, preview: Preview | None, now: datetime, *, region: str = ""
    ) -> Outcome:
        """Something said: the answer to the coach's question where there is one, else a line of the talk."""
        visit = self._visit(chat, preview, now, region)
        if refusal := self._unheard(text):
            return self.notice(chat, refusal)
        unheard = visit.talk is None or chat.awaiting in ("who", "curious")
        if unheard and (met := await care.meet(visit, text)):
            return met
        match chat.awaiting:
            case "who":
                return self._ahead(chat, starting.hear_who(visit, text))
            case "curious":
                return self._ahead(chat, await starting.hear_curious(visit, text))
            case "forget" if privacy.is_yes(text) or privacy.is_no(text):
                return await privacy.forget(visit, text)
        return self._ahead(chat, await talking.talk(visit.with_chat(awaiting=""), text))

    async def run(self, chat: Chat, errand: str, preview: Preview | None, now: datetime) -> Outcome:
        """What an Outcome left to be done after its replies."""
        return await ending.run(self._visit(chat, preview, now), errand)

    def notice(self, chat: Chat, text: str) -> Outcome:
        """A text of the coach's that changes nothing in the talk."""
        visit = Visit(means=self.means, chat=_elsewhere(chat), preview=None, now=datetime.min)
        return visit.answer(text)

    def resigned(self) -> "Desk":
        """The same desk without the model, for a turn that fails again and again for a reason nobody foresaw.

        Whatever was said is kept in the talk, and the user is told of /again.
        """
        desk = copy(self)
        desk.means = replace(self.means, resigned=True)
        return desk

    def stop(self, chat_id: int) -> bool:
        """End what is being written for this chat, from the event loop; False where nothing is.

        The call that was writing returns at once with the candidate's line kept. Then let the chat hear
        "/stop", which says so.
        """
        return self.means.writing.stop(chat_id)

    def _ahead(self, chat: Chat, outcome: Outcome) -> Outcome:
        """The same outcome; where the next prompt begins in a new way, the engine begins to read."""
        if not self.means.resigned:
            self.means.ahead.begin(chat.chat_id, chat.interview, outcome.chat.interview)
        return outcome

    def _unheard(self, text: str) -> str:
        """Why `text` cannot be said in a talk; empty where it can."""
        if not visible(text):
            return texts.EMPTY
        if len(text) > self.means.max_chars:
            return texts.TOO_LONG.format(length=len(text), most=self.means.max_chars)
        return "" if any(letter.isalnum() for letter in text) else texts.WORDLESS

    def _visit(self, chat: Chat, preview: Preview | None, now: datetime, region: str = "") -> Visit:
        return Visit(means=self.means, chat=chat, preview=preview, now=now, region=region)


def _elsewhere(chat: Chat) -> Chat:
    """The chat once its user did anything but answer whether to delete everything: a later "Yes." to the
    interviewer must not be taken for that answer."""
    return replace(chat, awaiting="") if chat.awaiting == "forget" else chat
