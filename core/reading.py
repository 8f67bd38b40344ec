"""What a look brought back: facts, never a judgement."""

import math
import struct
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.configuration import Paper
from core.labels import Series

Sample = tuple[Series, float]
# Prometheus' staleness marker: a NaN with this very bit pattern ends a series.
STALE: float = struct.unpack("<d", struct.pack("<Q", 0x7FF0000000000002))[0]


def is_stale(value: float) -> bool:
    """Say whether a value is the staleness marker (any NaN: we write no other)."""
    return math.isnan(value)


class FailureKind(StrEnum):
    """Why a look brought nothing."""

    TIMEOUT = "timeout"  # silence
    REFUSED = "refused"  # the host answers, the service does not
    UNREACHABLE = "unreachable"  # the network said so (ICMP unreachable, no route)
    AUTH = "auth"
    PROTOCOL = "protocol"  # an answer that is not one
    LOCAL = "local"  # our own fault: no permission, no socket, socket overflow; judged as unknown
    BUG = "bug"  # the collector broke; traceback in the transcript; judged as unknown


@dataclass(frozen=True, slots=True)
class Failure:
    """The reason of an empty reading; `detail` is for people."""

    kind: FailureKind
    detail: str


@dataclass(slots=True)
class Reading:
    """One run of one check (or one probe of a sweep, while it is under suspicion).

    `samples` are (series, value) pairs, all of time `at`. `loss` is the share of probes
    lost (0…1) over the window that a summary reading closes, None elsewhere. `papers` are
    configurations that were read, secrets and all: they are taken out on the way to the judge.
    """

    check: str
    vantage: str
    at: datetime
    samples: list[Sample] = field(default_factory=list)
    failure: Failure | None = None
    duration: float | None = None
    loss: float | None = None
    papers: tuple[Paper, ...] = field(default=(), repr=False)

    @property
    def ok(self) -> bool:
        """Say whether the look succeeded."""
        return self.failure is None
