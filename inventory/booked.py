"""What does a meeting depend on? While it is near or going on, that is looked at more often."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from core.meeting import Meeting
from core.watching import Booking, Check, Confirm, Estate, Target, TargetKind

REACH = 0.4  # seconds between two probes of what is swept
SPACING = 0.05  # seconds between two of a burst: still longer than any burst of loss we tolerate
BY_CONNECTION = 3.0  # of what is reached by connections, which a device logs
OTHERS = 15.0  # of everything else that is looked at on the path
SELDOM = 240.0  # what is asked so seldom costs its device a login, or says nothing of a call
_SOON = Confirm(failures=2, window=2)
_NONE: Mapping[str, float] = {}
_HEADS = frozenset({"gateway", "router"})


def near(meetings: Iterable[Meeting], now: datetime, lead: timedelta) -> tuple[Meeting, ...]:
    """Return the meetings that go on or begin within `lead`, by begin."""
    found = [one for one in meetings if one.begin - lead <= now < one.end]
    return tuple(sorted(found, key=lambda one: (one.begin, one.id)))


def booked(
    estate: Estate, meetings: Sequence[Meeting], pauses: Mapping[str, float] = _NONE
) -> Estate:
    """Return the estate with these meetings booked, and the checks on their paths quickened.

    `pauses`: seconds by collector that its equipment needs between two looks.
    """
    if not meetings:
        return estate
    targets = {target.slug: target for target in estate.targets}
    bookings = tuple(_booking(meeting, targets) for meeting in meetings)
    booked_targets = frozenset().union(*(booking.path for booking in bookings))
    checks = tuple(
        quickened(check, pauses.get(check.collector, 0.0))
        if check.target in booked_targets
        else check
        for check in estate.checks
    )
    return estate.model_copy(update={"bookings": bookings, "checks": checks})


def quickened(check: Check, pause: float = 0.0) -> Check:
    """Return a check as it is while it is booked: never slower than it was.

    `pause`: seconds between two looks that its equipment needs. Copies of configurations,
    inventories and backups go on at their own pace.
    """
    if not check.reach and check.interval >= SELDOM:
        return check
    by_connection = check.reach and check.collector != "icmp"
    most = BY_CONNECTION if by_connection else REACH if check.reach else OTHERS
    interval = min(check.interval, max(most, pause))
    confirm, verify = check.confirm, check.verify
    if check.reach and not by_connection and verify is not None and verify.spacing > SPACING:
        verify = verify.model_copy(update={"spacing": SPACING})
    if by_connection and confirm.failures > _SOON.failures:
        confirm = confirm.model_copy(update={"failures": _SOON.failures, "window": _SOON.window})
    if (interval, confirm, verify) == (check.interval, check.confirm, check.verify):
        return check
    return check.model_copy(update={"interval": interval, "confirm": confirm, "verify": verify})


def _booking(meeting: Meeting, targets: Mapping[str, Target]) -> Booking:
    return Booking(
        meeting=meeting.id,
        title=meeting.title,
        begin=meeting.begin,
        end=meeting.end,
        rooms=meeting.rooms,
        officer=meeting.officer,
        bridge=meeting.bridge,
        path=_path((*meeting.rooms, meeting.bridge or ""), targets),
    )


def _path(begins: Iterable[str], targets: Mapping[str, Target]) -> frozenset[str]:
    """Return what some targets hang on: their equipment, sites and lines, up to the vantage."""
    found: set[str] = set()
    waiting = [slug for slug in begins if slug in targets]
    while waiting:
        slug = waiting.pop()
        if slug in found:
            continue
        found.add(slug)
        waiting.extend(above for above in _needs(targets[slug], targets) if above in targets)
    return frozenset(found)


def _needs(target: Target, targets: Mapping[str, Target]) -> Iterable[str]:
    """Yield what a target needs: of a site its gateways and equipment, of a room both."""
    yield from target.uplinks
    yield from target.risks
    match target.kind:
        case TargetKind.ROOM:
            yield from target.members
            yield target.site or ""
        case TargetKind.SITE:
            here = [targets[slug] for slug in target.members if slug in targets]
            heads = [one for one in here if one.role in _HEADS] or here
            yield from (one.slug for one in (*heads, *(d for d in here if d.role == "endpoint")))
