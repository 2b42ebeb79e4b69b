"""Where facts lie for who asks: made for all that is shipped, refused where they belong to another head."""

import shutil
from pathlib import Path

import pytest
from tests.readers import real_reader

from feeler.compose import taught_folder
from feeler.errors import WeightsError
from feeler.interview.dossier import Known, known
from feeler.llm.cards import reader_card
from feeler.llm.places import key_of, load_places
from feeler.llm.reader import MessageReader
from feeler.llm.upper import taught_file
from feeler.llm.weights import weights_path
from feeler.personas.library import load_library
from feeler.personas.values import Persona
from feeler.settings import Settings

LIBRARY = load_library()
ANSWERING = taught_file(taught_folder(), "answering")
PLACES = ANSWERING.with_name("places.safetensors")


@pytest.mark.parametrize("persona", LIBRARY.personas.values(), ids=lambda one: one.slug)
def test_all_that_is_shipped_has_its_place(persona: Persona) -> None:
    """A fact that was rewritten without `make places` is found by its words alone."""
    places = load_places(PLACES, ANSWERING)
    texts = [thing.text for thing in known(persona, LIBRARY.company_of(persona))]
    assert not [text for text in texts if key_of(text) not in places][1:]  # but for what the talk is for


def test_what_nobody_wrote_wordings_for_is_found_among_what_they_were_written_for() -> None:
    persona = LIBRARY.persona("emil")
    own = Known(text="The canteen serves fish on Fridays and soup on all other days.")
    things = (*known(persona, LIBRARY.company_of(persona)), own)
    share = real_reader().answers("", "What does the canteen serve on Fridays?", things)
    assert max(share.each) == share.each[-1] > share.none


def test_places_of_another_head_are_refused(tmp_path: Path) -> None:
    folder = shutil.copytree(taught_folder(), tmp_path / "adapters")
    places = taught_file(folder, "answering").with_name("places.safetensors")
    card = places.with_suffix(".toml")
    base = weights_path(reader_card(), Settings(_env_file=None).cache_dir)
    whole = card.read_text("utf-8")
    card.write_text(whole.replace('answering = "', 'answering = "0'), "utf-8")
    with pytest.raises(WeightsError, match="make places"):
        MessageReader.load(base, folder)
    card.write_text(whole, "utf-8")
    places.write_bytes(b"cut off")
    with pytest.raises(WeightsError, match="its card says"):
        MessageReader.load(base, folder)
