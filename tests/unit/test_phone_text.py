"""Text as Telegram counts it."""

from hypothesis import given
from hypothesis import strategies as st

from feeler.phone.text import check_entities, found_entities, pieces, trimmed, units


def cut(text: str, offset: int, length: int) -> str:
    """What an entity covers, by UTF-16 units."""
    return text.encode("utf-16-le")[2 * offset : 2 * (offset + length)].decode("utf-16-le")


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(ANY_TEXT)
def test_units_are_what_utf16_has(text: str) -> None:
    assert units(text) == len(text.encode("utf-16-le")) // 2


@given(ANY_TEXT, st.integers(2, 9))
def test_pieces_lose_nothing_and_never_split_a_character(text: str, limit: int) -> None:
    parts = pieces(text, limit)
    assert "".join(parts) == text
    assert all(units(part) <= limit for part in parts)


@given(ANY_TEXT, ANY_TEXT)
def test_found_entities_cover_what_they_name(before: str, after: str) -> None:
    text = f"{before} /hint {after} https://example.org"
    entities = found_entities(text)
    assert check_entities(text, entities) == entities
    commands = [cut(text, one["offset"], one["length"]) for one in entities if one["type"] == "bot_command"]
    assert "/hint" in commands


@given(st.text(" \n\t", max_size=4), st.text("ab👍", min_size=1, max_size=8), st.text(" \n", max_size=4))
def test_trimming_moves_entities_along(lead: str, body: str, tail: str) -> None:
    whole = [{"type": "bold", "offset": 0, "length": units(lead + body + tail)}]
    text, entities = trimmed(lead + body + tail, whole)
    assert text == body
    assert entities == [{"type": "bold", "offset": 0, "length": units(body)}]
    assert trimmed(lead + body, [{"type": "bold", "offset": 0, "length": units(lead)}])[1] == []
