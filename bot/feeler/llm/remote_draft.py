"""One draft of a remote answer, while its bits arrive."""

from feeler.llm.letters import Letters
from feeler.llm.remote_manners import Manners
from feeler.llm.remote_stream import Bit
from feeler.llm.stops import Opening, Stops
from feeler.llm.thoughts import Thoughts
from feeler.ports import Finish, Piece, Request

_ENDS = (  # what models end a turn with; a server that does not know its model's lets it through
    *("<|im_end|>", "<|im_start|>", "<|endoftext|>", "<|eot_id|>", "<|end_of_text|>", "<|start_header_id|>"),
    *("<|end|>", "<|return|>", "<|user|>", "<|END_OF_TURN_TOKEN|>", "<end_of_turn>", "<start_of_turn>"),
    *("<eos>", "</s>", "[INST]", "[/INST]", "<｜end▁of▁sentence｜>", "<｜User｜>"),
)
_LONGEST_TOKEN = 16  # characters, on an average that no text reaches


class RemoteDraft:
    """Bits to pieces: without thoughts, without the opening, and up to a stop string.

    Why the server ends the answer counts only when no more bits come: some say "stop" with each of them.
    """

    def __init__(self, number: int, request: Request, manners: Manners) -> None:
        self._number = number
        self._thoughts = Thoughts(headless=manners.headless)
        self._letters = Letters()
        self._ends = Stops(_ENDS)
        self._opening = Opening(request.opening)
        self._stops = Stops(request.sampling.stop)
        self._left = manners.room(request) * _LONGEST_TOKEN  # characters, for servers that know no end
        self._reason = ""
        self._means_it = False  # some text came without a reason to end
        self._tokens = 0
        self._wholes = ""  # what came as all of the answer so far
        self._thought = False  # in a field of its own
        self.finish: Finish | None = None

    @property
    def begun(self) -> bool:
        """Whether the server has written anything of it."""
        return self._tokens > 0 or self.thought

    @property
    def thought(self) -> bool:
        """Whether the model thought before it answered."""
        return self._thought or self._thoughts.seen

    @property
    def headless(self) -> bool:
        """Whether thoughts were shown, because no tag had said that they began."""
        return self._thoughts.told

    @property
    def ended(self) -> bool:
        """Whether the server, or a stop string, has ended it, as far as can be told by now."""
        return bool(self._reason or self.finish)

    @property
    def settled(self) -> bool:
        """Whether hardly anything more will come: it has ended, and not by a reason that each bit gives."""
        return bool(self.finish or (self._reason and self._means_it))

    def take(self, bit: Bit) -> Piece | None:
        """The piece that this bit makes, if any."""
        if self.finish or (bit.whole and self._tokens and not self._wholes):
            return None
        said = bit.text
        if bit.whole:  # some send all of it again and again, others call each bit the whole
            said = said.removeprefix(self._wholes)
            self._wholes += said
        self._thought = self._thought or bool(bit.thought.strip())
        self._reason = bit.finish or ("stop" if bit.whole else self._reason)
        self._means_it = self._means_it or bool(said and not bit.finish and not bit.whole)
        self._tokens += bool(said)
        self._left -= len(said) + len(bit.thought)
        text = self._stops.feed(
            self._opening.feed(self._ends.feed(self._thoughts.feed(self._letters.feed(said))))
        )
        if self._ends.reached and not self._stops.reached:
            text += self._stops.feed(self._opening.rest()) + self._stops.rest()
        if self._ends.reached or self._stops.reached:
            self.finish = "stop"
        elif self._left < 0:
            self.finish = "length"
        return self._piece(text)

    def end(self) -> Piece | None:
        """The last piece, now that nothing more comes; None where it was ended before."""
        if self.finish:
            return None
        rest = self._thoughts.rest(ended=self._reason != "length")
        text = self._stops.feed(self._opening.feed(self._ends.feed(rest) + self._ends.rest()))
        text += self._stops.feed(self._opening.rest()) + self._stops.rest()
        self.finish = "length" if self._reason == "length" and not self._stops.reached else "stop"
        return self._piece(text)

    def _piece(self, text: str) -> Piece | None:
        if not text and not self.finish:
            return None
        return Piece(draft=self._number, text=text, tokens=self._tokens, finish=self.finish)
