"""On which line of a TOML file does a key stand? The standard parser does not say."""

import re
import tomllib
from collections.abc import Mapping

_PART = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_KEY = rf"{_PART}(?:\s*\.\s*{_PART})*"
_HEADER = re.compile(rf"\s*\[\[?\s*({_KEY})\s*\]\]?")
_ASSIGNMENT = re.compile(rf"\s*({_KEY})\s*=(.*)", re.DOTALL)
_AT_LINE = re.compile(r"\s*\(at line (\d+), column \d+\)")

Path = tuple[str, ...]


def lines(text: str) -> dict[Path, int]:
    """Return the line number (from 1) of every table and key of a *valid* TOML text."""
    found: dict[Path, int] = {}
    table: Path = ()
    rows = text.splitlines(keepends=True)
    at = 0
    while at < len(rows):
        number, row = at + 1, rows[at]
        at += 1
        if header := _HEADER.match(row):
            table = _split(header[1])
            found.setdefault(table, number)
        elif assignment := _ASSIGNMENT.match(row):
            found.setdefault(table + _split(assignment[1]), number)
            at = _end_of_value(rows, at, assignment[2])
    return found


def nearest(found: Mapping[Path, int], path: Path) -> int | None:
    """Return the line of a path, or of the closest thing that holds it."""
    for length in range(len(path), 0, -1):
        if path[:length] in found:
            return found[path[:length]]
    return None


def line_of(error: tomllib.TOMLDecodeError) -> tuple[int | None, str]:
    """Return the line a syntax error names, and its message without the place."""
    message = str(error)
    place = _AT_LINE.search(message)
    return (int(place[1]) if place else None), _AT_LINE.sub("", message)


def _end_of_value(rows: list[str], at: int, value: str) -> int:
    """Return the index of the row after a value, which may span rows (arrays, long strings)."""
    while at < len(rows) and not _complete(value):
        value += rows[at]
        at += 1
    return at


def _complete(value: str) -> bool:
    try:
        tomllib.loads(f"v ={value}")
    except tomllib.TOMLDecodeError:
        return False
    return True


def _split(key: str) -> Path:
    return tuple(part.strip("\"'") for part in re.findall(_PART, key))
