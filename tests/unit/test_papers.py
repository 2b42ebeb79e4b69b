"""Files that people send: what is read, what is refused and why, and what no file can make us do."""

import io
import zipfile

import docx
import pytest
from docx.shared import Pt, RGBColor
from fpdf import FPDF

from feeler.errors import UnreadableFile
from feeler.papers import PaperReader
from feeler.ports import ReadFile

TEXT = "We bake bread in a former dairy near Leeds, and we have employed 140 people since the spring of 2019."


async def opened(content: bytes) -> ReadFile:
    return await PaperReader(seconds=60).read(content)


async def refused(content: bytes) -> str:
    with pytest.raises(UnreadableFile) as error:
        await opened(content)
    return error.value.reason


def a_pdf(*sizes: tuple[str, float], password: str = "") -> bytes:
    paper = FPDF()
    paper.add_page()
    for text, size in sizes:
        paper.set_font("Helvetica", size=size)
        paper.set_x(paper.l_margin)
        paper.multi_cell(0, 6, text)
    if password:
        paper.set_encryption(owner_password="owner", user_password=password)
    return bytes(paper.output())


def a_docx(document: "docx.document.Document") -> bytes:
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


async def test_a_pdf_is_read_with_its_lines_put_together() -> None:
    read = await opened(a_pdf((TEXT, 14), ("Nobody can see this line.", 1)))
    assert TEXT in read.text
    assert "Nobody" not in read.text
    assert (read.kind, read.pages) == ("pdf", 1)


async def test_a_word_file_is_read_with_tables_and_without_what_is_hidden() -> None:
    document = docx.Document()
    document.add_paragraph(TEXT)
    paragraph = document.add_paragraph("Seen. ")
    paragraph.add_run("Hidden one. ").font.hidden = True
    paragraph.add_run("White one. ").font.color.rgb = RGBColor(255, 255, 255)
    paragraph.add_run("Tiny one.").font.size = Pt(1)
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Employees", "140"
    read = await opened(a_docx(document))
    assert TEXT in read.text
    assert "Employees: 140" in read.text
    assert not any(word in read.text for word in ("Hidden", "White", "Tiny"))


async def test_a_web_page_is_read_as_its_visitor_sees_it() -> None:
    page = f"""<!doctype html><html><head><title>About us | Kern Foods</title>
    <style>.off {{display:none}}</style></head><body><nav>Home Jobs</nav>
    <main><h1>About us</h1><p>{TEXT}</p><p class="off">By a class.</p>
    <p style="display: none">By a style.</p><p hidden>By a word.</p><p style="font-size:0">By its size.</p>
    <p style="position:absolute;left:-9999px">By its place.</p><!-- By a comment. -->
    <p aria-hidden="true">By a role.</p><script>document.write("By a script.")</script>
    <ul><li>We have two sites</li></ul></main></body></html>"""
    read = await opened(page.encode())
    assert TEXT in read.text
    assert "two sites" in read.text
    assert "By a" not in read.text
    assert "By its" not in read.text
    assert "Kern Foods" in read.title


async def test_a_page_saved_as_one_file_is_read() -> None:
    head = 'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="x"\n\n'
    page = f"{head}--x\nContent-Type: text/html\n\n<html><body><p>{TEXT}</p></body></html>\n--x--\n"
    assert TEXT in (await opened(page.encode())).text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
async def test_plain_text_is_read_in_the_usual_encodings(encoding: str) -> None:
    assert (
        await opened("Bäckerei: 40 Öfen, we bake.".encode(encoding))
    ).text == "Bäckerei: 40 Öfen, we bake."


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n\0", "empty"),
        (b"\x89PNG\r\n\x1a\n\0\0", "kind"),
        (b"{\\rtf1 hello}", "kind"),
        (b"PK\x03\x04 no archive", "broken"),
        (b"%PDF-1.7 no more than that", "broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"a" * (10 * 2**20 + 1), "big"),
        (a_pdf((TEXT, 12), password="secret"), "password"),
        (a_pdf(("", 12)), "scanned"),
        (a_docx(docx.Document()), "empty"),
    ],
)
async def test_what_cannot_be_read_says_why(content: bytes, reason: str) -> None:
    assert await refused(content) == reason


async def test_an_archive_that_is_no_word_file_is_none_of_ours() -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as packed:
        packed.writestr("readme.txt", TEXT)
    assert await refused(held.getvalue()) == "kind"


async def test_a_word_file_that_unpacks_to_a_hundred_megabytes_is_not_unpacked() -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("word/document.xml", b" " * (100 * 2**20))
    assert len(held.getvalue()) < 2**20
    assert await refused(held.getvalue()) == "slow"


async def test_an_entity_that_names_a_file_of_ours_stays_empty() -> None:
    document = a_docx(docx.Document())
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(document)) as old, zipfile.ZipFile(held, "w") as new:
        for each in old.infolist():
            content = old.read(each)
            if each.filename == "word/document.xml":
                content = (
                    b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
                    b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
                    b"<w:body><w:p><w:r><w:t>We bake. &x;</w:t></w:r></w:p></w:body></w:document>"
                )
            new.writestr(each, content)
    assert "root:" not in (await opened(held.getvalue())).text


async def test_a_file_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(UnreadableFile) as error:
        await PaperReader(seconds=0.001).read(a_pdf((TEXT, 12)))
    assert error.value.reason == "slow"
