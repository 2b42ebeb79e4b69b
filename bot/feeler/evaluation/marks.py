"""What readers marked, summed up by system, and how far two readers agree."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from feeler.errors import DataError
from feeler.evaluation.sheets import MARKS, SIDES

Marks = Mapping[str, Any]


def read_marks(folder: Path, files: Sequence[Path]) -> tuple[Marks, list[Marks]]:
    """The key of the sheets in `folder`, and each reader's marks. Raises DataError."""
    return _json(folder / "key.json"), [_json(path) for path in files]


def figures(key: Marks, readers: Sequence[Marks]) -> dict[str, Any]:
    """By system: shares of lines and talks over all readers; and the agreement of the first two.

    Raises DataError for a sheet that is not in the key, or a mark that is neither true nor false.
    """
    lines: dict[str, list[dict[str, bool]]] = defaultdict(list)
    talks: dict[str, list[Marks]] = defaultdict(list)
    better: dict[str, list[float]] = defaultdict(list)
    for reader in readers:
        for name, sheet in reader.items():
            if name not in key:
                raise DataError(f"sheet {name!r} is not among those of the key")
            for side in SIDES:
                way = key[name][side]
                lines[way] += [_line(name, mark) for mark in sheet[side]["lines"].values()]
                talks[way].append(sheet[side])
                better[way].append({side: 1.0, "same": 0.5}.get(sheet["better"], 0.0))
    return {
        way: {
            "lines": len(lines[way]),
            "right": _share([all(mark.values()) for mark in lines[way]]),
            **{mark: _share([line[mark] for line in lines[way]]) for mark in MARKS},
            "telling": _share([bool(talk["telling"]) for talk in talks[way]]),
            "go_on": round(sum(talk["go_on"] for talk in talks[way]) / len(talks[way]), 2),
            "unsafe": sum(bool(talk["unsafe"]) for talk in talks[way]),
            "better": round(sum(better[way]) / len(better[way]), 3),
        }
        for way in sorted(lines)
    } | ({"kappa": _agreement(*readers[:2])} if len(readers) > 1 else {})


def kappa(one: Sequence[bool], other: Sequence[bool]) -> float:
    """Agreement beyond chance (Cohen 1960): 1 is whole, 0 is chance. 1 where both always say the same."""
    if not one:
        return 0.0
    same = sum(a == b for a, b in zip(one, other, strict=True)) / len(one)
    yes, also = sum(one) / len(one), sum(other) / len(other)
    chance = yes * also + (1 - yes) * (1 - also)
    return 1.0 if chance == 1 else (same - chance) / (1 - chance)


def _agreement(one: Marks, other: Marks) -> dict[str, float]:
    """Of two readers, on the lines that both marked."""
    pairs = [
        (_line(name, one[name][side]["lines"][at]), _line(name, other[name][side]["lines"][at]))
        for name in sorted(set(one) & set(other))
        for side in SIDES
        for at in sorted(set(one[name][side]["lines"]) & set(other[name][side]["lines"]))
    ]
    found = {"right": kappa([all(a.values()) for a, _ in pairs], [all(b.values()) for _, b in pairs])}
    found |= {mark: kappa([a[mark] for a, _ in pairs], [b[mark] for _, b in pairs]) for mark in MARKS}
    return {name: round(value, 2) for name, value in found.items()}


def _line(name: str, mark: Mapping[str, Any]) -> dict[str, bool]:
    odd = [one for one in MARKS if not isinstance(mark.get(one), bool)]
    if odd:
        raise DataError(f"sheet {name}: {odd[0]!r} of a line is neither true nor false")
    return {one: mark[one] for one in MARKS}


def _share(found: Sequence[bool]) -> float:
    return round(sum(found) / len(found), 3) if found else 0.0


def _json(path: Path) -> Marks:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read as JSON ({type(error).__name__})") from None
    if not isinstance(found, dict):
        raise DataError(f"{path}: is not an object of sheets")
    return found
