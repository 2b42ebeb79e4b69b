"""The desk: where every message of a user arrives, whichever way it came."""

from copy import copy
from dataclasses import replace
from datetime import datetime

from feeler.errors import Reason
from feeler.interview.words import visible
from feeler.personas.library import Library
from feeler.ports import Archive, Ears, Engine, FileReader, Mouth, Preview, Reader
from feeler.sources.cleaning import MOST_CHARS
from feeler.usecases import (
    after,
    aiming,
    care,
    ending,
    meeting,
    own,
    privacy,
    reflecting,
    starting,
    story,
    talking,
    texts,
    voicing,
)
from feeler.usecases.commands import parse_command, perform
from feeler.usecases.helplines import Helplines, shipped_helplines
from feeler.usecases.reading_ahead import ReadingAhead
from feeler.usecases.values import Chat, Outcome
from feeler.usecases.visit import Means, Once, Visit, coach
from feeler.usecases.voicing import Sound

HEARERS = own.HEARERS | story.HEARERS  # of what is sent while the coach waits for something of their own
PAPERS = frozenset({"papers", "story"})  # what files are sent for
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
        ears: Ears | None = None,
        mouth: Mouth | None = None,
        files: FileReader | None = None,
        reminds: bool = True,
    ) -> None:
        self.means = Means(
            library=library,
            engine=engine,
            reader=reader,
            archive=archive,
            ahead=ReadingAhead(engine, reader),
            helplines=helplines or shipped_helplines(),
            ears=ears,
            mouth=mouth,
            budget=budget,
            max_chars=max_chars,
            retention_days=retention_days,
            files=files,
            reminds=reminds,
        )

    async def hear(
        self, chat: Chat, text: str, preview: Preview | None, now: datetime, *, region: str = ""
    ) -> Outcome:
        """Whatever was typed: a command where it begins like one, otherwise something said.

        `region` is the country code of the language that the user's app is in ("GB" of "en-GB"); where it
        names none, the language ("de").
        """
        if len(text) <= self.means.max_chars and (command := parse_command(text)):
            name, argument = command
            return await self.do(chat, name, argument[:LONGEST], preview, now, region=region)
        return await self.say(replace(chat, note=None), text, preview, now, region=region)

    async def hear_sound(self, chat: Chat, sound: Sound, now: datetime, *, region: str = "") -> Outcome:
        """Something spoken. Shows what was understood; the answer to it is left as an errand."""
        return await voicing.hear(self._visit(_elsewhere(chat), None, now, region), sound)

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
        return await voicing.aloud(visit, self._ahead(chat, await perform(visit, name, argument)))

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
        visit = self._visit(chat, None if _covered(chat) else preview, now, region)
        return await voicing.aloud(visit, await self._say(visit, text))

    async def _say(self, visit: Visit, text: str) -> Outcome:
        chat = visit.chat
        if refusal := self._unheard(text, MOST_CHARS if chat.awaiting in PAPERS else 0):
            return self.notice(chat, refusal)
        if chat.awaiting in HEARERS:
            met = await care.meet(visit, text) if meeting.may_be_need(text) else None
            return met or await HEARERS[chat.awaiting](visit, text)
        if chat.awaiting == "after":
            return await after.hear(visit, text)
        unheard = visit.talk is None or chat.awaiting in ("who", "curious", "goal")
        if unheard and (met := await care.meet(visit, text)):
            return met
        match chat.awaiting:
            case "who":
                return self._ahead(chat, starting.hear_who(visit, text))
            case "curious":
                return self._ahead(chat, await starting.hear_curious(visit, text))
            case "goal" if visit.talk is not None:
                return await aiming.hear_goal(visit, text)
            case "surprised" | "draws" | "out" if asked := reflecting.asked_by(chat.awaiting):
                return reflecting.hear(visit, asked, text)
            case "forget" if privacy.is_yes(text) or privacy.is_no(text):
                return await privacy.forget(visit, text)
        return self._ahead(chat, await talking.talk(visit.with_chat(awaiting=""), text))

    async def take_file(
        self, chat: Chat, name: str, content: bytes | Reason, now: datetime, *, caption: str = ""
    ) -> Outcome:
        """A file that was sent: its content, or why that could not be fetched."""
        visit = self._visit(chat, None, now)
        take = story.take_file if chat.awaiting == "story" else meeting.take_file
        return await take(visit, name, content, caption)

    async def take_forward(self, chat: Chat, text: str, now: datetime) -> Outcome:
        """A message of somebody else's, sent on."""
        visit = self._visit(chat, None, now)
        if chat.awaiting == "story":
            return await story.take_text(visit, text)
        return meeting.take_text(visit, text, forwarded=True)

    def wants_papers(self, chat: Chat) -> bool:
        """Whether what this chat sends now is collected, for a company or as the person's story."""
        return chat.awaiting in PAPERS and self.means.files is not None

    async def run(self, chat: Chat, errand: str, preview: Preview | None, now: datetime) -> Outcome:
        """What an Outcome left to be done after its replies."""
        name, _, region = errand.partition(" ")
        if name == voicing.ERRAND:
            return await voicing.answer(
                chat, lambda then, text: self.say(then, text, preview, now, region=region)
            )
        visit = self._visit(chat, preview, now)
        return await (meeting.run(visit) if errand == meeting.ERRAND else ending.run(visit, errand))

    def notice(self, chat: Chat, text: str) -> Outcome:
        """A text of the coach's that changes nothing in the talk."""
        return self._visit(_elsewhere(chat), None, datetime.min).answer(text)

    def unheard(self, chat: Chat, why: str, note: int) -> Outcome:
        """A recording that is not listened to, for a reason of `texts.UNHEARD`; changes nothing."""
        return self._visit(_elsewhere(chat), None, datetime.min).answer(
            coach(texts.UNHEARD[why], reply_to=note)
        )

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
            library = self._visit(outcome.chat, None, datetime.min).library
            self.means.ahead.begin(chat.chat_id, chat.interview, outcome.chat.interview, library)
        return outcome

    def _unheard(self, text: str, most: int = 0) -> str:
        """Why `text` cannot be heard; empty where it can. `most` characters, where that is not the usual."""
        if not visible(text):
            return texts.EMPTY
        most = max(most, self.means.max_chars)
        if len(text) > most:
            return texts.TOO_LONG.format(length=len(text), most=most)
        return "" if any(letter.isalnum() for letter in text) else texts.WORDLESS

    def _visit(self, chat: Chat, preview: Preview | None, now: datetime, region: str = "") -> Visit:
        means = replace(self.means, archive=Once(self.means.archive))
        return Visit(means=means, chat=chat, preview=preview, now=now, region=region)


def _covered(chat: Chat) -> bool:
    """Whether the user wants to listen first, so that nothing is shown while it is written."""
    return chat.voice == "on"


def _elsewhere(chat: Chat) -> Chat:
    """The chat once its user did anything but answer whether to delete everything: a later "Yes." to the
    interviewer must not be taken for that answer."""
    return replace(chat, awaiting="") if chat.awaiting == "forget" else chat
