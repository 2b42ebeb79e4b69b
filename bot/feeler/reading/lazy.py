"""A reader that loads beside the rest of a start, so that a page or a bot is there at once."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from feeler.interview.dossier import Opened
from feeler.interview.reading import Reading
from feeler.interview.values import Interview
from feeler.personas.values import Company, Persona
from feeler.ports import Reader


class LazyReader:
    """See `feeler.ports.Reader`. Who asks first waits; what went wrong in loading is raised to all."""

    def __init__(self, load: Callable[[], Reader]) -> None:
        self._loading: Future[Reader] = Future()

        def run() -> None:
            try:
                self._loading.set_result(load())
            except Exception as error:
                self._loading.set_exception(error)

        # a daemon: whoever ends the program while it loads need not wait for it
        threading.Thread(target=run, name="reader", daemon=True).start()

    @property
    def is_loaded(self) -> bool:
        """Whether loading has ended, well or not."""
        return self._loading.done()

    def read(self, before: str, said: str) -> Reading:
        return self._loading.result().read(before, said)

    def open(self, interview: Interview, persona: Persona, company: Company, reading: Reading) -> Opened:
        return self._loading.result().open(interview, persona, company, reading)

    def closeness(self, text: str, others: Sequence[str]) -> Sequence[float]:
        return self._loading.result().closeness(text, others)
