"""Messages as the platform makes them."""

from datetime import datetime, timedelta

from alerts.topology import Topology
from alerts.wording import Telling, render
from core.clock import SystemClock
from core.incident import Incident, Member, Message, Purpose, Severity
from tests.alerts.province import estate

TOPOLOGY = Topology(estate(hubs=1, communes=9))
LOST = ("line1", "hub1-gw", "hub1", *(f"c1{k}" for k in range(1, 10)))
WEAK = ("VNPT", "hub1", "c11")  # words that say what is weak where


def told(
    purpose: Purpose = Purpose.PROBLEM,
    severity: Severity = Severity.MAJOR,
    to: str = "0901234567",
    began: datetime | None = None,
) -> Message:
    """Return what is said of a hub that lost its line."""
    now = SystemClock().now()
    began = began or now - timedelta(minutes=9)
    recovered = now - timedelta(minutes=1) if purpose is Purpose.RECOVERY else None
    incident = Incident(
        id="SC-20261122-0001",
        root="line1",
        severity=severity,
        began_at=began,
        decided_at=began,
        recovered_at=recovered,
        cause="silence",
        members=tuple(Member(target=slug, joined_at=began) for slug in LOST),
    )
    what = None if purpose is Purpose.TEST else incident
    telling = Telling(purpose, what, now, "https://ts.example.vn")
    return render(telling, TOPOLOGY, "vi", message_id=f"SC-1.{purpose}.7", to=to)
