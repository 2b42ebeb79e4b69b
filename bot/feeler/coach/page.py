"""The debrief as one HTML file: opens on a phone without network, prints well, escapes everything."""

from functools import lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from feeler.coach.care import printed, without_need
from feeler.coach.clock import clock, day_of
from feeler.coach.emoji import only
from feeler.coach.outline import Section, outline, speaker_name, title, transcript_title
from feeler.coach.plain import visible
from feeler.coach.progress import COUNTED
from feeler.coach.topics import TITLES
from feeler.coach.values import Debrief
from feeler.coach.words import count
from feeler.interview.values import Speaker
from feeler.personas.library import shipped_prompts

TALKS = 6  # bars of the chart
BAR = 60  # pixels of its highest


def html(debrief: Debrief) -> str:
    """The whole debrief with its transcript; every claim links to its line."""
    return _page(debrief, f"Debrief: {title(debrief)}", outline(debrief))


def transcript_html(debrief: Debrief) -> str:
    """The transcript alone."""
    return _page(debrief, f"{transcript_title(debrief)}: {title(debrief)}", ())


@lru_cache(maxsize=1)
def _template() -> Template:
    there = Environment(
        loader=FileSystemLoader(shipped_prompts()), autoescape=True, undefined=StrictUndefined
    )
    return there.get_template("debrief.html.jinja")


def _page(debrief: Debrief, heading: str, sections: tuple[Section, ...]) -> str:
    talks = debrief.progress.talks[-TALKS:] if debrief.progress else ()
    return _template().render(
        heading=heading,
        when=_when(debrief),
        sections=sections,
        share=round(100 * debrief.balance.share),
        strip=_strip(debrief),
        topics=[
            {
                "title": TITLES[one.topic][:1].upper() + TITLES[one.topic][1:],
                "asked": one.asked,
                "told": one.told,
            }
            for one in debrief.topics
        ],
        talks=talks,
        bars=[_bars(name, label, [getattr(talk, name) for talk in talks]) for name, label in COUNTED],
        transcript=_transcript(debrief),
        lines_title=transcript_title(debrief),
        link=_link,
        mark=_mark,
        emoji=only,
        visible=visible,
    )


def _when(debrief: Debrief) -> str:
    talk = debrief.interview
    first = clock(talk.lines[0]) if talk.lines else ""
    many = f"{talk.turn} messages of yours" if talk.notes is None else f"{len(talk.lines)} lines of notes"
    parts = [day_of(talk), f"from {first} UTC" if first and talk.notes is None else "", many]
    return " · ".join(part for part in parts if part)


def _strip(debrief: Debrief) -> list[dict[str, Any]]:
    said = [line for line in without_need(debrief.interview).lines if line.speaker is not Speaker.COACH]
    return [{"you": line.speaker is Speaker.CANDIDATE, "words": count(line.text)} for line in said]


def _transcript(debrief: Debrief) -> list[dict[str, Any]]:
    return [
        {
            "number": line.number,
            "kind": str(line.speaker),
            "time": clock(line),
            "who": visible(speaker_name(debrief, line.speaker, line.persona)),
            "text": visible(line.text),
        }
        for line in printed(debrief.interview)
    ]


def _bars(name: str, label: str, values: list[int]) -> dict[str, Any]:
    most = max(values, default=0) or 1
    return {
        "title": label[:1].upper() + label[1:],
        "talks": [{"number": value, "height": round(BAR * value / most)} for value in values],
    }


def _link(line: int) -> Markup:
    return Markup('<a href="#L{0}">line&nbsp;{0}</a>').format(line)


def _mark(lines: tuple[int, ...], side: str) -> Markup:
    """A filled dot that leads to its line, or an empty one."""
    if not lines:
        return Markup('<span class="dot"></span><span class="hidden-text">no</span>')
    return Markup(
        '<a href="#L{0}"><span class="dot {1}"></span><span class="hidden-text">line {0}</span></a>'
    ).format(lines[0], side)
