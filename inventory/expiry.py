"""Which digital certificates end soon, and what has to be said of it?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from core.inventory import Certificate

SOON = 60  # days before its end in which a certificate "ends soon"
STAGES = (60, 30, 7, 0)  # days left at which an owner is told again


@dataclass(frozen=True, slots=True)
class Ending:
    """A certificate and the days it may still be used; below 0 it may not be used any more."""

    certificate: Certificate
    left: int

    @property
    def has_ended(self) -> bool:
        """Say whether its last day is over."""
        return self.left < 0

    @property
    def stage(self) -> int | None:
        """Return how near its end is: the smallest of STAGES that it has reached; None: far."""
        reached = [stage for stage in STAGES if self.left <= stage]
        return min(reached, default=None)


def endings(
    certificates: Iterable[Certificate], today: date, within: int | None = None
) -> list[Ending]:
    """Return the certificates that hold today as rows, next to end first.

    `within` days: those alone that end by then, or have ended.
    """
    found = [
        Ending(row, (row.ends - today).days)
        for row in certificates
        if row.valid_from <= today and (row.valid_to is None or today < row.valid_to)
    ]
    wanted = [one for one in found if within is None or one.left <= within]
    return sorted(wanted, key=lambda one: (one.certificate.ends, one.certificate.slug))
