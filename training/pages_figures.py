"""What becomes of the pages of `tests/data/pages`: how much is found, what is wrong, how long it takes.

usage: python training/pages_figures.py [--show]
Right topics are those of `expected.jsonl`; a fact counts as true where its source is a line or sentence of
the page, and its text is that source with no number or name of its own.
"""

import argparse
import json
import logging
import time
from collections import defaultdict
from pathlib import Path

from feeler.compose import build_reader
from feeler.settings import load_settings
from feeler.sources import Paper, make_company
from feeler.sources.cleaning import clean
from feeler.sources.company import name_of
from feeler.sources.reading import statements
from feeler.sources.values import Origin
from feeler.sources.voice import QUOTED, same

log = logging.getLogger(__name__)
PAGES = Path(__file__).parents[1] / "tests" / "data" / "pages"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true", help="print every fact")
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    show = parser.parse_args().show
    expected: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for line in (PAGES / "expected.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        expected[row["page"]][row["text"]] = row["topics"]
    reader = build_reader(load_settings())
    facts = true = invented = topic = empty = wanted = found = 0
    slowest = 0.0
    for page, lines in expected.items():
        text = (PAGES / f"{page}.txt").read_text("utf-8")
        papers = [Paper(name=f"{page}.txt", origin=Origin.FILE, text=clean(text))]
        begun = time.monotonic()
        name = name_of(papers)
        company = make_company(papers, statements(papers, reader), name=name or "Somewhere", taken=())
        slowest = max(slowest, time.monotonic() - begun)
        log.info(f"\n{page}: {name or '(no name)'} · {company.field} · {company.place}")
        wanted += sum(bool(topics) for topics in lines.values())
        for fact in company.facts:
            right = [topics for line, topics in lines.items() if fact.source in line or line in fact.source]
            topics = {one for each in right for one in each}
            facts += 1
            true += bool(right)
            invented += not same(fact.text, fact.source) and fact.text != QUOTED.format(text=fact.source)
            empty += not topics
            topic += fact.topic.value in topics
            found += bool(topics)
            if show or not topics or fact.topic.value not in topics:
                mark, fits = " ?"[fact.topic.value not in topics], ", ".join(sorted(topics)) or "none"
                log.info(f"{mark} {fact.topic.value:10} {fact.text}   (wanted: {fits})")
    log.info(
        f"\n{facts} facts; true to a sentence {true / facts:.1%}; numbers or names of no source: {invented}; "
        f"says nothing of the company {empty / facts:.1%}; topic right {topic / (facts - empty):.1%}; "
        f"found {found} of {wanted}; slowest page {slowest:.1f} s"
    )


if __name__ == "__main__":
    main()
