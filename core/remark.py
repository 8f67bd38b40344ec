"""What devices say of themselves, unasked: traps, informs, lines of syslog.

Nothing follows from it: a remark brings the next look forward, and people can read it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

GRAVEST, MILDEST = 0, 7  # emergency … debug (RFC 5424, 6.2.1)
DROPPED = "thongsuot.dropped"  # the kind of a remark of ours: so many were not kept


class Via(StrEnum):
    """How a remark came."""

    TRAP_V1 = "trap-v1"
    TRAP_V2C = "trap-v2c"
    TRAP_V3 = "trap-v3"
    INFORM_V2C = "inform-v2c"
    INFORM_V3 = "inform-v3"
    SYSLOG_UDP = "syslog-udp"
    SYSLOG_TCP = "syslog-tcp"
    SYSLOG_TLS = "syslog-tls"


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that a device said, `count` times between `at` and `last_at`.

    `kind` is a trap's object identifier, or the program or mnemonic of a syslog line; `means` is
    what that says to people, empty where we do not know. `severity` is syslog's, 0 the gravest.
    Of kind `DROPPED`, `count` remarks were not kept.
    """

    at: datetime
    last_at: datetime
    device: str
    site: str | None
    address: str
    via: Via
    severity: int
    kind: str
    text: str
    means: str = ""
    means_en: str = ""
    count: int = 1
    id: int = 0
