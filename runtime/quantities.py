"""Durations and sizes as people write them: `30s`, `1h30m`, `512MB`; parsed once."""

import re
from datetime import time

from core.text import Text

_DURATION_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_SIZE_UNITS = {
    "B": 1,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KIB": 2**10,
    "MIB": 2**20,
    "GIB": 2**30,
    "TIB": 2**40,
}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_WHOLE_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?i?B)", re.IGNORECASE)


class Wrong(ValueError):
    """A value that cannot be meant: what is the matter, and what to write instead."""

    def __init__(self, what: Text, mend: Text) -> None:
        super().__init__(what.en)
        self.what = what
        self.mend = mend


def seconds(text: object) -> float:
    """Return the seconds of `30s`, `5m`, `1h30m`; raise Wrong for anything else."""
    if not isinstance(text, str) or not _WHOLE_DURATION.fullmatch(text.strip()):
        raise Wrong(
            Text(
                vi=f"{_shown(text)} không phải là khoảng thời gian",
                en=f"{_shown(text)} is not a duration",
            ),
            Text(
                vi='Viết số kèm đơn vị trong ngoặc kép, ví dụ "30s", "5m", "1h"',
                en='Write a number with its unit in quotes, such as "30s", "5m", "1h"',
            ),
        )
    return sum(float(n) * _DURATION_UNITS[unit] for n, unit in _DURATION.findall(text.strip()))


def hour(text: object) -> object:
    """Return the time of day of `07:30`; raise Wrong for another text."""
    if not isinstance(text, str):
        return text
    try:
        return time.fromisoformat(text)
    except ValueError as fault:
        raise Wrong(
            Text(vi="không phải giờ trong ngày", en="not a time of day"),
            Text(vi='Viết như "07:30"', en='Write it like "07:30"'),
        ) from fault


def size(text: object) -> int:
    """Return the bytes of `512MB` (powers of ten) or `512MiB` (powers of two)."""
    match = _SIZE.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise Wrong(
            Text(
                vi=f"{_shown(text)} không phải là dung lượng",
                en=f"{_shown(text)} is not a size",
            ),
            Text(
                vi='Viết số kèm đơn vị trong ngoặc kép, ví dụ "512MB", "2GB"',
                en='Write a number with its unit in quotes, such as "512MB", "2GB"',
            ),
        )
    return int(float(match[1]) * _SIZE_UNITS[match[2].upper()])


def _shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
