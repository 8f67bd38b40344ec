"""The services as people ask for them: worst first, with how fast they answer and until when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite

from api.context import Context
from api.snapshot import Picture
from core.reading import Sample
from core.status import Status
from core.text import vietnamese_order
from core.watching import Check, Target
from inventory.urls import url_of

# Unix time, as blackbox_exporter names it: of the verified chain, else of all that the server shows
# (among which one may have ended that nobody needs).
EXPIRY = ("probe_ssl_last_chain_expiry_timestamp_seconds", "probe_ssl_earliest_cert_expiry")
DURATION = "probe_duration_seconds"
SOON, VERY_SOON = 30, 7  # days before its end in which a certificate is to be renewed
_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """One service now. Times are of the newest reading that had samples, None if there is none."""

    target: Target
    status: Status
    since: datetime | None
    url: str | None
    duration: float | None  # seconds until it answered; None while it does not
    expires: datetime | None  # of its certificate, or the first of its chain
    days_left: int | None  # whole days; negative: it has ended
    vantage: str | None = None  # from where it is looked at

    @property
    def certificate(self) -> Status:
        """Return how the certificate's remaining time is to be seen."""
        if self.days_left is None or self.days_left >= SOON:
            return Status.UP
        return Status.DEGRADED if self.days_left >= VERY_SOON else Status.DOWN


def service_rows(
    context: Context, picture: Picture, targets: Sequence[Target] | None = None
) -> list[ServiceRow]:
    """Return the services, or those given: worst first, then those whose certificate ends first."""
    checks = {check.target: check for check in picture.estate.checks if check.reach}
    now = context.clock.now()
    wanted = picture.services if targets is None else targets
    found = [_row(context, picture, one, checks.get(one.slug), now) for one in wanted]
    return sorted(found, key=_order)


def _row(
    context: Context, picture: Picture, target: Target, check: Check | None, now: datetime
) -> ServiceRow:
    read = context.fleet.newest(check.slug) if check is not None else None
    samples = read[1] if read is not None else ()
    ends = next((end for name in EXPIRY if (end := _value(samples, name)) is not None), None)
    expires = datetime.fromtimestamp(ends, UTC) if ends is not None and ends > 0 else None
    left = int((expires - now).total_seconds() // _DAY) if expires is not None else None
    status = picture.status(target.slug)
    answers = status in {Status.UP, Status.DEGRADED}
    return ServiceRow(
        target=target,
        status=status,
        since=picture.since(target.slug),
        url=url_of(check.collector, check.address, check.params) if check is not None else None,
        duration=_value(samples, DURATION) if answers else None,
        expires=expires,
        days_left=left,
        vantage=check.vantage if check is not None else None,
    )


def _value(samples: Sequence[Sample], name: str) -> float | None:
    return next((v for series, v in samples if series.name == name and isfinite(v)), None)


def _order(row: ServiceRow) -> tuple[object, ...]:
    soon = row.days_left if row.certificate is not Status.UP and row.days_left is not None else SOON
    return (-row.status.badness, soon, vietnamese_order(row.target.name))
