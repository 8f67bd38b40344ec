"""What do two readings of a media stream's counters say of the time between them?

Counters are of packets since a channel began (RFC 3550, 6.4.1): they begin anew when a channel is
opened again, and the count of lost ones may go back a little when late packets come after all.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counts:
    """Packets that have come, and packets that never came, since something began."""

    received: int = 0
    lost: int = 0

    @property
    def loss(self) -> float | None:
        """The share of packets lost (0…1); None where none was expected."""
        expected = self.received + self.lost
        return self.lost / expected if expected > 0 else None

    def __add__(self, other: "Counts") -> "Counts":
        """Return both together."""
        return Counts(self.received + other.received, self.lost + other.lost)


def between(before: Counts | None, after: Counts) -> Counts:
    """Return what happened since `before`, never below 0.

    `before` None, or a count of received packets that went back, means a channel that began
    within this time: all that it counts is new.
    """
    if before is None or after.received < before.received:
        return Counts(max(0, after.received), max(0, after.lost))
    return Counts(after.received - before.received, max(0, after.lost - before.lost))


def used(bits_per_second: float | None, negotiated: float | None) -> float | None:
    """Return which share of a negotiated rate is in use; None where either is not known."""
    if bits_per_second is None or not negotiated:
        return None
    return bits_per_second / negotiated
