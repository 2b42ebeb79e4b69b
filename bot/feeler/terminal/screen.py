"""The talk on a screen: names, colours, text that grows while it is written, files put into a folder."""

from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.text import Text

from feeler.coach.plain import visible
from feeler.interview.values import Line, Speaker
from feeler.personas.library import Library
from feeler.ports import Preview
from feeler.terminal.files import save_into
from feeler.terminal.session import Shown
from feeler.usecases.texts import marked
from feeler.usecases.values import Reply

STYLES = {
    Speaker.COMPANY: "bold cyan",
    Speaker.COACH: "green",
    Speaker.CANDIDATE: "bold",
    Speaker.NOTE: "dim",
}


class Growing:
    """The answer while it is written; wiped once the whole line is printed."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live: Live | None = None
        self.name = ""  # whose answer it is

    async def show(self, text: str) -> None:
        """Show the answer as it stands so far."""
        if self._live is None:
            self._live = Live(console=self._console, transient=True, refresh_per_second=8)
            self._live.start()
        self._live.update(Text.assemble((f"{self.name}: ", STYLES[Speaker.COMPANY]), visible(text)))

    def wipe(self) -> None:
        """Take away what is shown."""
        if self._live is not None:
            self._live.stop()
            self._live = None


class Screen:
    """Prints the talk for people. Model and user text is neither markup nor control codes here."""

    def __init__(self, console: Console, library: Library, folder: Path, *, echo: bool) -> None:
        self._console, self._library, self._folder = console, library, folder
        self._echo = echo  # show what the candidate says: it was not typed here
        self._growing = Growing(console)
        self.preview: Preview | None = self._growing if console.is_terminal else None

    def typed(self, text: str) -> None:
        """Print the candidate's side where it was not typed here."""
        if self._echo:
            self._say("You", text, Speaker.CANDIDATE)

    def show(self, shown: Shown) -> None:
        """Print one line or reply in its final form."""
        self._growing.wipe()
        if shown.interview is not None:
            across = self._library.personas.get(shown.interview.persona)
            self._growing.name = across.name if across else "Interviewer"  # of a company made here
        if shown.reply is not None:
            self._answer(shown.reply, shown.line)

    def _answer(self, reply: Reply, line: Line | None) -> None:
        if reply.speaker is Speaker.COMPANY:
            person = self._library.personas.get(line.persona if line else "")
            self._say(person.name if person else self._growing.name, reply.text, Speaker.COMPANY)
        elif reply.text:
            self._print(Text(visible(marked(reply)), style=STYLES[Speaker.COACH]))
        self._choices(reply)
        for file in filter(None, (reply.picture, reply.document)):
            self._print(Text(f"  saved as {save_into(self._folder, file)}", style="dim"))

    def _print(self, text: Text) -> None:
        """One paragraph; wrapped where somebody watches, whole lines where it goes into a file."""
        self._console.print(text, end="\n\n", soft_wrap=not self._console.is_terminal)

    def _say(self, name: str, text: str, speaker: Speaker) -> None:
        self._print(Text.assemble((f"{name}: ", STYLES[speaker]), visible(text)))

    def _choices(self, reply: Reply) -> None:
        keys = [label for row in reply.keyboard or () for label in row]
        keys += [button.data for row in reply.buttons for button in row]
        if keys:
            self._print(Text("  " + "  ·  ".join(keys), style="dim"))
