"""The configurations of devices: what a look brings, and what is remembered of it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.model import Model
from core.text import Text


class Kept(StrEnum):
    """Which configuration of a device."""

    RUNNING = "running"
    STARTUP = "startup"  # what it would begin with after a restart


KEPT = {
    Kept.RUNNING: Text("đang chạy", "running"),
    Kept.STARTUP: Text("lưu để khởi động", "startup"),
}


@dataclass(frozen=True, slots=True)
class Paper:
    """A configuration as a look brought it.

    `text` is whole and holds secrets: it goes to the ledger's vault and nowhere else. `masked`
    is for people. `compared` is `text` without what changes by itself (times, counters).
    """

    kind: Kept
    platform: str
    text: str = field(repr=False)
    masked: str = field(repr=False)
    compared: str = field(repr=False)
    changed_by: str | None = None  # as the device says
    changed_at: str | None = None  # by the device's own clock, as it writes it


class Configuration(Model):
    """One version of a device's configuration; its text is kept apart.

    It was first seen at `at`, and so still at `seen_at`. `unsaved`: of the running one, whether it
    differed from the startup one when last seen; None where there is nothing to compare.
    """

    id: int | None = None
    target: str
    kind: Kept
    platform: str
    at: datetime
    seen_at: datetime
    lines: int
    changed_by: str | None = None
    changed_at: str | None = None
    unsaved: bool | None = None
