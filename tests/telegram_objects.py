"""Whatever the Bot API may send, made from what python-telegram-bot says of its own classes."""

import datetime as dtm
import inspect
import types
import typing
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import telegram
from hypothesis import strategies as st
from telegram import TelegramObject, constants
from telegram._utils.defaultvalue import DefaultValue

Kind = Any  # a class of the library's, whose metaclass mypy does not take for hashable
DEEP = 2  # levels at which optional fields are filled, too
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
DATES = st.integers(0, 2**31 - 1).map(lambda second: dtm.datetime.fromtimestamp(second, dtm.UTC))
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: WORDS,
    int: st.integers(1, 2**52),
    float: st.floats(-90, 90),
    bool: st.booleans(),
    dtm.datetime: DATES,
    dtm.timedelta: st.integers(0, 10**6).map(lambda seconds: dtm.timedelta(seconds=seconds)),
    type(None): st.none(),
}
LATE = {  # optional by their signature alone: they came after others that are
    "allows_revoting", "can_react_to_messages", "members_only", "option_persistent_ids",
    "persistent_id",
}  # fmt: skip
CLOSED: dict[tuple[str, str], Any] = {
    ("Chat", "type"): constants.ChatType,
    ("MessageEntity", "type"): constants.MessageEntityType,
    ("Poll", "type"): constants.PollType,
    ("Sticker", "type"): constants.StickerType,
}


@cache
def fields(kind: Kind) -> dict[str, tuple[Any, bool]]:
    """What the class takes: name, type, and whether it must be there."""
    names = vars(telegram) | {"Sequence": Sequence, "dtm": dtm}
    hints = typing.get_type_hints(kind.__init__, names)
    given = inspect.signature(kind.__init__).parameters.values()
    return {
        each.name: (hints[each.name], each.default is each.empty or each.name in LATE)
        for each in given
        if each.name not in ("self", "api_kwargs")
    }


@cache
def objects(kind: Kind, deep: int = DEEP) -> st.SearchStrategy[Any]:
    """Objects of a class, or of those that it stands for."""
    special = kind.__subclasses__()
    if special:
        return st.one_of(*(objects(each, deep) for each in special))
    return st.deferred(lambda: filled(kind, deep))


def of_field(kind: Kind, name: str, deep: int = DEEP) -> st.SearchStrategy[Any]:
    """What may be in a field of the class when it is there."""
    closed = CLOSED.get((kind.__name__, name))
    return st.sampled_from([str(each) for each in closed]) if closed else _of(fields(kind)[name][0], deep)


@st.composite
def filled(draw: st.DrawFn, kind: Kind, deep: int = DEEP, only: Iterable[str] | None = None) -> Any:
    """An object with what it must have and a few of its other fields, or a few of `only` those."""
    must = [name for name, (_, needed) in fields(kind).items() if needed]
    may = sorted(fields(kind).keys() - set(must) if only is None else only)
    some = draw(st.lists(st.sampled_from(may), max_size=2, unique=True)) if may and deep > 0 else []
    return kind(**{name: draw(of_field(kind, name, deep - 1)) for name in [*must, *some]})


def as_json(value: Any) -> Any:
    """What the Bot API would send. The library's own `to_dict` leaves out lists that are there and empty."""
    if isinstance(value, list | tuple):
        return [as_json(each) for each in value]
    if isinstance(value, dict):
        return {name: as_json(each) for name, each in value.items() if each is not None}
    if not isinstance(value, TelegramObject):
        return value
    plain: dict[str, Any] = value.to_dict(recursive=False)
    own: Kind = type(value)
    for name, (_, needed) in fields(own).items():
        several = getattr(value, name, None)
        if isinstance(several, list | tuple) and (several or needed):
            plain[name] = several
    return as_json(plain)


def _of(hint: Any, deep: int) -> st.SearchStrategy[Any]:
    if hint in PLAIN:
        return PLAIN[hint]
    if TelegramObject in getattr(hint, "__mro__", ()):
        return objects(hint, deep)
    inner = [each for each in typing.get_args(hint) if each not in (type(None), Ellipsis, object)]
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        if dtm.timedelta in inner:  # the int beside it is the same in seconds
            return PLAIN[dtm.timedelta]
        return st.one_of(*(_of(each, deep) for each in inner if typing.get_origin(each) is not DefaultValue))
    if inner:
        return st.lists(_of(inner[0], deep), max_size=2)
    raise TypeError(f"nothing is known of {hint}")
