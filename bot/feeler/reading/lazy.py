"""A reader that loads beside the rest of a start, so that a page or a bot is there at once."""

import threading
import weakref
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress

from feeler.interview.dossier import Known, Shares
from feeler.interview.reading import Reading, Shown
from feeler.personas.values import Topic
from feeler.ports import Reader


class LazyReader:
    """See `feeler.ports.Reader`. Who asks first waits; what went wrong in loading is raised to all."""

    def __init__(self, load: Callable[[], Reader], fetch: Callable[[], object] = lambda: None) -> None:
        """`fetch` goes before `load` and may take minutes; who ends the program does not wait for it."""
        self._loading: Future[Reader] = Future()
        at_work = threading.Lock()

        def run() -> None:
            try:
                fetch()
                with at_work:
                    self._loading.set_result(load())
            except BaseException as error:  # whatever it is, nobody must wait for ever
                self._loading.set_exception(error)

        threading.Thread(target=run, name="reader", daemon=True).start()
        # not by atexit: what torch, imported meanwhile, leaves to finalize would be called too late
        weakref.finalize(self, _let_end, at_work)

    @property
    def is_loaded(self) -> bool:
        """Whether loading has ended, well or not."""
        return self._loading.done()

    def read(self, before: str, said: str) -> Reading:
        return self._loading.result().read(before, said)

    def answers(self, before: str, question: str, things: Sequence[Known]) -> Shares:
        return self._loading.result().answers(before, question, things)

    def closeness(self, text: str, others: Sequence[str]) -> Sequence[float]:
        return self._loading.result().closeness(text, others)

    def sorts(self, texts: Sequence[str]) -> Sequence[Mapping[Topic | None, float]]:
        return self._loading.result().sorts(texts)

    def suits(self, before: str, said: str, questions: Sequence[str]) -> Sequence[float]:
        return self._loading.result().suits(before, said, questions)

    def shows(self, texts: Sequence[str]) -> Sequence[Shown]:
        return self._loading.result().shows(texts)


def _let_end(at_work: threading.Lock) -> None:
    """Wait for a loading under way, some seconds, and let none begin: torch aborts the program where a thread
    is still in its code when the interpreter goes."""
    with suppress(KeyboardInterrupt):
        at_work.acquire()
