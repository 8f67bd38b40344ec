"""What another watcher says is wrong, or no longer is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert of somebody else's rules, known by the fingerprint of its labels."""

    fingerprint: str
    firing: bool
    starts_at: datetime
    ends_at: datetime | None = None  # None: it goes on
    labels: Mapping[str, str] = field(default_factory=dict)
    summary: str = ""

    @property
    def name(self) -> str:
        """Return what its rule is called."""
        return self.labels.get("alertname") or "alert"


@dataclass(slots=True)
class Heard:
    """What came of alerts."""

    opened: int = 0
    known: int = 0  # they fire as before
    recovered: int = 0
    hidden: int = 0  # an outage of ours speaks for them
    ignored: int = 0  # over before we heard of them, or long over
    refused: int = 0  # too many are open
