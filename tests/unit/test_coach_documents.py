"""The debrief and the transcript as files: whole, linked, escaped, and read back."""

import json
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader
from tests.readers import real_reader
from tests.unit.test_coach_findings import HARBOUR, talk

from feeler.coach import (
    MEDIA_TYPES,
    chart,
    filename,
    findings,
    messages,
    picture,
    render,
    render_transcript,
    typefaces,
)
from feeler.coach.files import read_talk
from feeler.coach.hearing import understood
from feeler.errors import DataError
from feeler.interview.values import Interview
from feeler.personas.library import Library, load_library

NASTY = (
    "<script>alert(1)</script><img src=x onerror=alert(1)> I negotiated & calmed them",
    '"><a href="javascript:alert(1)">x</a> [x](javascript:alert(1)) **bold** `code` # head | table',
    "\u202eabc\u2066 I led the team of ten \u0000\u0007\u001b[31m people",
    "שלום עולם I managed 七 people مرحبا 👩‍👩‍👧‍👦🎉",
    "{{ 7 * 7 }} {% raw %} ${7*7} <!-- --> ]]> </style> What is pay like?",
    "x" * 20_000,
)


DOCUMENT = '{"format": "feeler-transcript", "version": 1'
TOO_LATE, TOO_EARLY = "9999-12-31T23:59:59-23:00", "0001-01-01T00:00:00+14:00"


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library()


def nasty() -> Interview:
    rows = [row for text in NASTY for row in (f"company: {text}", f"candidate: {text}")]
    found = talk(*rows)
    return found.evolve(candidate=found.candidate.__class__(name="<b>Mara</b>"))


def test_every_claim_on_the_page_links_to_a_line_that_is_there(library: Library) -> None:
    page = render(findings(talk(*HARBOUR), library), "html").decode()
    targets = set(re.findall(r'href="#(L\d+)"', page))
    assert len(targets) >= len(HARBOUR)
    assert targets <= set(re.findall(r'id="(L\d+)"', page))


def test_the_page_loads_nothing_and_runs_nothing(library: Library) -> None:
    page = render(findings(nasty(), library), "html").decode()
    assert "<script" not in page
    assert "<img" not in page
    assert 'href="javascript' not in page
    assert not re.search(r"\bsrc=\"|url\((?!data:font)|@import|<link", page.split("<main>")[0])
    assert "<b>Mara" not in page
    assert "&lt;script&gt;" in page
    assert "\u202e" not in page
    assert "{{ 7 * 7 }}" in page


def test_markdown_shows_markup_as_it_was_typed(library: Library) -> None:
    text = render(findings(nasty(), library), "md").decode()
    assert "](javascript" not in text
    assert "<script>" not in text.replace("\\<script\\>", "")
    assert "\\*\\*bold\\*\\*" in text


def test_the_pdf_links_its_claims_and_has_the_words(library: Library) -> None:
    reader = PdfReader(BytesIO(render(findings(talk(*HARBOUR), library), "pdf")))
    text = "".join(page.extract_text() for page in reader.pages)
    links = [note for page in reader.pages for note in page.get("/Annots", [])]
    assert "What you learned about them" in text
    assert "The role they might create" in text
    assert len(links) > 20


@pytest.fixture
def no_fonts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine on which no font is installed."""
    monkeypatch.setattr(typefaces, "FOLDERS", ())
    typefaces.installed.cache_clear()
    yield
    typefaces.installed.cache_clear()


@pytest.mark.usefixtures("no_fonts")
@pytest.mark.parametrize(
    ("words", "missing"),
    [
        ("สวัสดี", "Thai (Debian: fonts-noto-core)"),
        ("नमस्ते", "Devanagari (Debian: fonts-noto-core)"),
        ("我在。", "CJK (Debian: fonts-noto-cjk)"),
        ("빵집", "CJK (Debian: fonts-noto-cjk)"),
        ("𝄞", "symbols (Debian: fonts-symbola)"),
        ("ᱥᱟᱱ", "Ol Chiki (Debian: fonts-noto-core)"),
        ("བོད", "Tibetan (Debian: fonts-noto-core)"),
        ("〒", "CJK (Debian: fonts-noto-cjk)"),
    ],
)
def test_the_pdf_names_the_font_that_is_missing(library: Library, words: str, missing: str) -> None:
    assert missing in words_on_paper(library, f"I said {words} to them.")


@pytest.mark.usefixtures("no_fonts")
@pytest.mark.parametrize("words", ["שלום עולם", "مرحبا بالعالم", "plain Käse", "a\U000e0067b", "🎉🫶✨"])
def test_what_the_typeface_has_needs_no_font(library: Library, words: str) -> None:
    assert "stands for a sign" not in words_on_paper(library, f"I said {words} to them.")


@pytest.mark.parametrize(
    "words",
    [
        "สวัสดีครับ",
        "नमस्ते",
        "আমি দশ",
        "我在面包店工作。",
        "「パン」",
        "빵집",
        "தமிழ்",
        "𝄞",
        "བོད་སྐད",
        "ᱥᱟᱱ",
        "ꯃꯤꯇꯩ",
        "ꆈꌠ",
        "〒㈱",
        "𝔘𝔫𝔦",
    ],
)
def test_the_pdf_has_other_scripts_where_their_fonts_are_installed(library: Library, words: str) -> None:
    if typefaces.typeface_for(words[0]).path() is None:
        pytest.skip(f"no font here; Debian: apt-get install {typefaces.typeface_for(words[0]).package}")
    assert "stands for a sign" not in words_on_paper(library, words)


@pytest.mark.parametrize("words", ["שלום עולם", "مرحبا بالعالم"])
def test_the_pdf_runs_from_right_to_left_where_the_words_do(library: Library, words: str) -> None:
    """The reader turns round what was drawn from the right; words drawn from the left come out backwards."""
    assert words in words_on_paper(library, words)


@pytest.mark.parametrize(("words", "word"), [("میں نے کام کیا ہے", "نے"), ("بِسْمِ ٱللّٰهِ", "ٱللّٰهِ")])
def test_a_word_of_joined_letters_is_in_one_typeface(library: Library, words: str, word: str) -> None:
    """In two its letters would not join, and it comes out in pieces."""
    if typefaces.typeface_for(words[0]).path() is None:
        pytest.skip("no font here; Debian: apt-get install fonts-noto-core")
    assert word in words_on_paper(library, words)


def test_each_paragraph_runs_its_own_way(library: Library) -> None:
    words = "עבדתי ב-Siemens 3 שנים (בתל אביב)."
    alone = words_on_paper(library, words).partition("Mara ")[2].removesuffix("1 / 1").strip()
    assert alone in words_on_paper(library, f"I said:\n{words}\n\nIn Hebrew.")


def test_what_begins_in_another_typeface_goes_on_in_its_size(library: Library) -> None:
    long = f"🎉 {'They said yes to it. ' * 9}"
    reader = PdfReader(BytesIO(render_transcript(talk(f"candidate: {long}"), library, "pdf")))
    sizes: set[float] = set()
    reader.pages[0].extract_text(
        visitor_text=lambda text, cm, tm, font, size: sizes.add(size) if "yes" in text else None
    )
    assert sizes == {10}


def words_on_paper(library: Library, said: str) -> str:
    reader = PdfReader(BytesIO(render_transcript(talk(f"candidate: {said}"), library, "pdf")))
    return " ".join("".join(page.extract_text() for page in reader.pages).split())


@pytest.mark.parametrize("kind", sorted(MEDIA_TYPES))
def test_a_talk_in_which_nothing_was_said(library: Library, kind: str) -> None:
    assert render(findings(talk(), library), kind)
    assert render_transcript(talk(), library, kind)


def test_an_unknown_format_names_the_known_ones(library: Library) -> None:
    with pytest.raises(DataError, match=r"'doc'.*html, pdf, md, json, txt"):
        render_transcript(talk(), library, "doc")


def test_a_filename_holds_nothing_that_was_typed() -> None:
    assert filename(talk(*HARBOUR), "pdf") == "feeler-debrief-emil-2026-11-20.pdf"


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(max_size=300), max_size=8), name=st.text(max_size=40))
def test_any_words_make_every_document(library: Library, texts: list[str], name: str) -> None:
    rows = [f"{'company' if at % 2 else 'candidate'}: {text}" for at, text in enumerate(texts)]
    held = talk(*rows)
    found = findings(held.evolve(candidate=held.candidate.__class__(name=name)), library)
    for kind in MEDIA_TYPES:
        assert render(found, kind)
    assert all(len(text) < 900 for text in messages(found))
    assert_quotes_are_exact(json.loads(render(found, "json")))


def assert_quotes_are_exact(found: dict[str, Any]) -> None:
    """Every object with a `quote` has a `line`, in whose text the quote is found."""
    lines = {line["line"]: line["text"] for line in found["transcript"]}

    def look(value: Any) -> None:
        if isinstance(value, dict):
            if "quote" in value:
                assert value["quote"] in lines[value["line"]]
            for item in value.values():
                look(item)
        elif isinstance(value, list):
            for item in value:
                look(item)

    look(found)


def test_json_keeps_the_transcript_to_the_letter(library: Library) -> None:
    held = nasty()
    found = json.loads(render(findings(held, library), "json"))
    assert [line["text"] for line in found["transcript"]] == [line.text for line in held.lines]


def test_the_json_is_what_the_schemas_publish(library: Library) -> None:
    docs = Path(__file__).parents[2] / "docs"
    for held in (talk(*HARBOUR), talk(*HARBOUR[:2]), talk(), nasty()):
        found = json.loads(render(findings(held, library), "json"))
        jsonschema.validate(found, json.loads((docs / "debrief.schema.json").read_text()))
        bare = json.loads(render_transcript(held, library, "json"))
        jsonschema.validate(bare, json.loads((docs / "transcript.schema.json").read_text()))


def test_a_transcript_is_read_back_as_it_was(library: Library) -> None:
    held = talk(*HARBOUR)
    back = read_talk(render_transcript(held, library, "json").decode(), library, "talk.json")
    assert understood(back, real_reader()) == held
    debrief = render(findings(held, library), "json").decode()
    assert understood(read_talk(debrief, library, "debrief.json"), real_reader()) == held


def test_chat_lines_are_read_and_no_time_is_invented(library: Library) -> None:
    held = talk(*HARBOUR)
    back = read_talk(chat_lines(held), library, "talk.jsonl")
    assert [line.text for line in back.lines] == [line.text for line in held.lines]
    assert (back.persona, back.company) == ("emil", "brandl")
    found = findings(back, library)
    assert [one.fact for one in found.learned] == ["six-o-clock", "hall-and-office"]
    assert "1970" not in render(found, "html").decode() + render(found, "txt").decode()
    assert json.loads(render(found, "json"))["talk"]["started"] is None


def chat_lines(held: Interview) -> str:
    rows = [
        {
            "turn": line.turn,
            "speaker": line.speaker,
            "persona": line.persona,
            "phase": line.phase,
            "text": line.text,
        }
        for line in held.lines
    ]
    return "\n".join(json.dumps(row) for row in rows) + "\n"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "is empty"),
        ("hello", "line 1: is not JSON"),
        ("[1, 2]", "`format` is not"),
        ('{"format": "feeler-transcript", "version": 1}', "lines: is not a list"),
        ('{"format": "feeler-transcript", "lines": []}', "this Feeler reads version 1 (it is None)"),
        ('{"format": "feeler-debrief", "version": 99, "transcript": []}', "reads version 1 (it is 99)"),
        ('{\n "format": "feeler-transcript",\n "lines": [', "line 3: is not JSON, or cut off"),
        (
            '{"turn": 1, "speaker": "boss", "persona": "emil", "phase": "story", "text": "x"}',
            "line 1: speaker",
        ),
        (
            '{"turn": 1, "speaker": "coach", "persona": "emil", "phase": "story"}',
            "line 1: text: field required",
        ),
        ('{"turn": -1, "speaker": "coach", "persona": "e", "phase": "story", "text": ""}', "line 1: turn"),
        ('{"turn":1}\n\nnonsense', "line 3: is not JSON"),
        ("[" * 100_000, "nested too deeply"),
        (f'{DOCUMENT}, "talk": {{"budget": "x"}}, "lines": []}}', "talk: budget"),
        (f'{DOCUMENT}, "talk": {{"started": "{TOO_LATE}"}}, "lines": []}}', "talk: started: is no time"),
        (f'{DOCUMENT}, "talk": {{"ended": "{TOO_EARLY}"}}, "lines": []}}', "talk: ended: is no time"),
    ],
)
def test_a_file_that_is_no_transcript_is_refused_by_its_line_and_field(
    library: Library, text: str, complaint: str
) -> None:
    with pytest.raises(DataError, match=re.escape(complaint)):
        read_talk(text, library, "talk.json")


def test_pictures_are_wide_enough_for_a_phone_and_differ_by_theme(library: Library) -> None:
    found = findings(nasty(), library, [talk(*HARBOUR, id="7" * 32)])
    light, dark = (Image.open(BytesIO(picture(found, dark=dark))) for dark in (False, True))
    assert light.width == 1080
    assert light.getpixel((0, 0)) != dark.getpixel((0, 0))
    assert found.progress is not None
    assert Image.open(BytesIO(chart(found.progress))).width == 1080
    assert picture(findings(talk(), library))
