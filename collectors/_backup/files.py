"""The files of a folder of backups, and what of them wants attention."""

from collections.abc import Sequence
from dataclasses import dataclass

from collectors._backup.params import Params
from collectors._net.trouble import printable

MOST = 20_000  # entries of a folder
_MINUTE = 60.0
_AHEAD = 60.0  # minutes by which two clocks may well differ


@dataclass(frozen=True, slots=True)
class File:
    """A file: its name, when it was last written (Unix time), its size in bytes."""

    name: str
    written: float
    size: int


def findings(files: Sequence[File], params: Params, now: float) -> list[str]:
    """Return what is wrong with the newest of some files, newest first, at a Unix time."""
    if not files:
        return [f"no file is called {params.pattern}"]
    newest = files[0]
    name, age = printable(newest.name, 80), (now - newest.written) / _MINUTE
    found = []
    if age > params.max_age:
        found.append(
            f"the newest backup {name} is {_span(age)} old, more than {_span(params.max_age)}"
        )
    if age < -_AHEAD:  # it would stay new for as long, whatever becomes of the backups
        found.append(f"the newest backup {name} is dated {_span(-age)} ahead: is a clock wrong?")
    if newest.size < params.min_bytes:
        found.append(f"{name} has {newest.size} bytes, fewer than {params.min_bytes}")
    before = files[1].size if len(files) > 1 else 0
    if params.min_share is not None and before and newest.size < before * params.min_share:
        share = newest.size / before
        found.append(f"{name} is only {share:.0%} as large as the one before")
    return found


def _span(minutes: float) -> str:
    if minutes < 120:  # noqa: PLR2004
        return f"{minutes:.0f} minutes"
    hours = minutes / 60
    return f"{hours:.0f} hours" if hours < 72 else f"{hours / 24:.0f} days"  # noqa: PLR2004
