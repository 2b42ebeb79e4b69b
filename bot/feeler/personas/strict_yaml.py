"""YAML for files that anybody may have written: no aliases, no duplicate keys, and readable when written."""

from collections.abc import Hashable
from enum import StrEnum
from typing import Any

import yaml

from feeler.errors import DataError

MAX_FILE_CHARS = 200_000


class _Loader(yaml.SafeLoader):
    """Safe YAML without aliases and duplicate keys."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise DataError("uses a YAML alias (*name); write the text out")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        names = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for name in names:
            if names.count(name) > 1:
                raise DataError(f"has the field {name!r} twice in one place")
        return super().construct_mapping(node, deep)


def load_yaml(text: str) -> dict[str, Any]:
    """The mapping in `text`; DataError says what is wrong and in which line."""
    if len(text) > MAX_FILE_CHARS:
        raise DataError(f"is longer than {MAX_FILE_CHARS} characters")
    try:
        found = yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark else ""
        raise DataError(f"is not valid YAML{where}: {getattr(error, 'problem', None) or error}") from None
    except (RecursionError, ValueError) as error:
        raise DataError(f"is not valid YAML: {type(error).__name__}") from None
    if not isinstance(found, dict):
        raise DataError("is not a list of `field: value` lines")
    for key in found:
        if not isinstance(key, str):
            raise DataError(f"has the key {key!r}, which is not text; put it in quotes")
    return found


class _Dumper(yaml.SafeDumper):
    """Readable YAML: block style, text unwrapped, no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_multi_representer(StrEnum, lambda dumper, value: dumper.represent_str(str(value)))


def dump_yaml(value: dict[str, Any]) -> str:
    """`value` as readable YAML; tuples become lists."""
    return yaml.dump(_lists(value), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


def _lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _lists(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_lists(item) for item in value]
    return value
