"""The HTML report: the totals, and the talks themselves."""

# ruff: noqa: E501  (style sheet and markup)

from collections.abc import Iterable
from html import escape
from typing import Any

from feeler.evaluation.records import Record
from feeler.evaluation.totals import by_talk, totals

STYLE = """
:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse}td,th{padding:.2rem .8rem .2rem 0;text-align:left;vertical-align:top}
.line{margin:.4rem 0;padding:.4rem .7rem;border-radius:.7rem;max-width:42rem}.heard{margin-left:auto;background:#2a7b4f22}
.said{background:#88888822}.coach{background:#d9a40033;font-style:italic}.bad{outline:2px solid #c0392b}
small{opacity:.75}.bad small{color:#c0392b;opacity:1}summary{cursor:pointer;font-weight:600;margin:.6rem 0}
"""


def report(records: Iterable[Record], *, engine: str) -> str:
    """A page of its own, without scripts or anything from elsewhere. Everything spoken is escaped."""
    found = tuple(records)
    ways = sorted({record.way for record in found}, reverse=True)
    table = _table({way: totals(r for r in found if r.way == way) for way in ways})
    talks = "".join(_talk(found, talk) for talk in by_talk(found))
    return (
        f"<!doctype html><html lang='en'><meta charset='utf-8'><title>Feeler: evaluation</title>"
        f"<meta name='viewport' content='width=device-width'><style>{STYLE}</style>"
        f"<h1>Evaluation</h1><p>{escape(engine)}</p>{table}<h2>Talks</h2>{talks}</html>"
    )


def _table(columns: dict[str, dict[str, Any]]) -> str:
    head = "".join(f"<th>{escape(way)}</th>" for way in columns)
    names = list(next(iter(columns.values()), {}))
    rows = "".join(
        f"<tr><td>{escape(name.replace('_', ' '))}</td>"
        + "".join(f"<td>{_cell(values[name])}</td>" for values in columns.values())
        + "</tr>"
        for name in names
    )
    return f"<table><tr><th></th>{head}</tr>{rows}</table>"


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        return "<br>".join(f"{escape(name)}: {count}" for name, count in value.items() if count) or "none"
    return f"{value:.1%}" if isinstance(value, float) and value <= 1 else escape(str(value))


def _talk(records: tuple[Record, ...], talk: dict[str, Any]) -> str:
    said = [r for r in records if r.talk == (talk["way"], talk["script"], talk["persona"])]
    bad = sum(bool(record.broken) for record in said)
    name = f"{talk['way']} · {talk['script']} with {talk['persona']} · {len(said)} turns" + (
        f", {bad} unsafe" if bad else ""
    )
    return f"<details{' open' if bad else ''}><summary>{escape(name)}</summary>{''.join(map(_turn, said))}</details>"


def _turn(record: Record) -> str:
    marks = record.broken
    notes = [record.phase, record.job, f"{record.seconds:.1f} s"]
    notes += ["written line"] if record.fallback else []
    notes += [f"told: {', '.join(record.told) or 'nothing'}"] if record.asked else []
    lines = [f"<div class='line heard'>{escape(record.heard)}</div>"]
    if record.text:
        bad = " bad" if marks else ""
        small = escape(" · ".join(notes)) + "".join(f"<br>{escape(mark)}" for mark in marks)
        lines.append(f"<div class='line said{bad}'>{escape(record.text)}<br><small>{small}</small></div>")
    if record.coach:
        lines.append(f"<div class='line coach'>{escape(record.coach)}</div>")
    return "".join(lines)
