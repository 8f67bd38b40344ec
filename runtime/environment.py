"""Settings from the environment: `THONGSUOT_WEB__LISTEN` is `[web] listen`."""

import tomllib
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field

from core.errors import Problem
from core.text import Text

PREFIX = "THONGSUOT_"


def name(*path: str) -> str:
    """Return the variable that sets the key at a path."""
    return PREFIX + "__".join(path).upper()


@dataclass(slots=True)
class Overlay:
    """The tables of a file with the environment laid over, and which variable set what."""

    tables: dict[str, object]
    names: dict[tuple[str, ...], str] = field(default_factory=dict)


def overlay(
    environ: Mapping[str, str], tables: Mapping[str, object], sections: tuple[str, ...]
) -> tuple[Overlay, tuple[Problem, ...]]:
    """Return the tables with every `THONGSUOT_A__B` laid over, and the names that misfit."""
    result = Overlay(deepcopy(dict(tables)))
    problems = tuple(_misnamed(environ, sections))
    for name, value in sorted(environ.items()):
        if name.startswith(PREFIX) and "__" in name:
            parts = name.removeprefix(PREFIX).lower().split("__")
            path = _put(result.tables, parts, _parsed(value))
            result.names[path] = name
    return result, problems


def _put(table: dict[str, object], parts: list[str], value: object) -> tuple[str, ...]:
    path: list[str] = []
    for part in parts[:-1]:
        key = _spelt(table, part)
        path.append(key)
        below = table.setdefault(key, {})
        if not isinstance(below, dict):
            below = table[key] = {}
        table = below
    key = _spelt(table, parts[-1])
    table[key] = value
    return (*path, key)


def _spelt(table: Mapping[str, object], part: str) -> str:
    """Return the key of the table that a variable's part means: variables hold no dashes."""
    return next((key for key in table if key.lower().replace("-", "_") == part), part)


def _parsed(value: str) -> object:
    if not value.startswith(("[", "{")):
        return value
    try:
        return tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return value


def _misnamed(environ: Mapping[str, str], sections: tuple[str, ...]) -> Iterator[Problem]:
    for name in sorted(environ):
        rest = name.removeprefix(PREFIX).lower()
        if rest == name.lower() or "__" in rest:
            continue
        section = next((s for s in sections if rest.startswith(f"{s}_")), None)
        if section:
            meant = f"{PREFIX}{section}__{rest.removeprefix(section + '_')}".upper()
            yield Problem(
                file=name,
                what=Text(
                    vi="biến môi trường không đúng tên", en="an environment variable misnamed"
                ),
                mend=Text(vi=f"Có phải là {meant}?", en=f"Perhaps {meant} is meant"),
            )
