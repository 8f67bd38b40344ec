"""How is a second counted? The definition, one target at a time, for people to read.

`tally` counts millions of rows in the same way; a test holds the two against each other and
against a third that asks every second by itself.

1. An instant belongs to the second it falls in; spans are half-open. Of two changes within one
   second the later holds.
2. Seconds outside the agreed hours, or within works that were announced, are excluded.
3. *Unreachable* is down for a site, a room, a service: they did not serve, whoever was to
   blame. For a device or a line it is unknown: it was not asked.
4. Unknown seconds in which the target was not expected on are excluded: it was switched off as
   planned, nobody was to look. What was measured in them counts as measured.
5. What is not known is never up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.status import Status
from core.watching import TargetKind
from reports.report import Bucket, Seconds
from reports.windows import Windows

Moment = tuple[int, Status]  # from this second on
SERVING = frozenset({TargetKind.SITE, TargetKind.ROOM, TargetKind.SERVICE})
_MEASURED = {
    Status.UP: Bucket.UP,
    Status.DEGRADED: Bucket.DEGRADED,
    Status.DOWN: Bucket.DOWN,
    Status.UNKNOWN: Bucket.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Agreed:
    """What counts of a span: the agreed seconds, and those in which the target is expected on."""

    hours: Windows  # announced works taken out
    expected: Windows


@dataclass(frozen=True, slots=True)
class Break:
    """A span out of service, clipped to a life; `seconds` are the agreed ones of it."""

    begin: int
    end: int
    seconds: int
    began_before: bool
    still_open: bool  # at the end of the life


def bucket_of(status: Status, kind: TargetKind) -> Bucket:
    """Return where agreed seconds of a status go."""
    if status is Status.UNREACHABLE:
        return Bucket.DOWN if kind in SERVING else Bucket.UNKNOWN
    return _MEASURED[status]


def stretches(
    moments: Sequence[Moment], kind: TargetKind, begin: int, end: int
) -> list[tuple[int, int, Bucket]]:
    """Return the buckets of [begin, end) by status alone, like neighbours joined."""
    edges = [(begin, Status.UNKNOWN), *((max(at, begin), status) for at, status in moments)]
    ends = [*(since for since, _ in edges[1:]), end]
    return _joined(
        (since, min(until, end), bucket_of(status, kind))
        for (since, status), until in zip(edges, ends, strict=True)
        if since < min(until, end)
    )


def count(
    moments: Sequence[Moment], kind: TargetKind, begin: int, end: int, agreed: Agreed
) -> Seconds:
    """Return the buckets of [begin, end); they sum to its length."""
    sums = dict.fromkeys(Bucket, 0)
    for since, until, bucket in stretches(moments, kind, begin, end):
        counted = agreed.hours
        if bucket is Bucket.UNKNOWN:
            counted = counted & agreed.expected
        seconds = counted.within(since, until)
        sums[bucket] += seconds
        sums[Bucket.EXCLUDED] += until - since - seconds
    return Seconds(**{bucket.value: seconds for bucket, seconds in sums.items()})


def breaks(
    moments: Sequence[Moment], kind: TargetKind, begin: int, end: int, agreed: Agreed
) -> list[Break]:
    """Return the outages of [begin, end) that cost agreed seconds, by begin.

    One outage lasts while the target is out of service, whoever is to blame; time in which
    nobody looked ends it.
    """
    down = [span for span in stretches(moments, kind, begin, end) if span[2] is Bucket.DOWN]
    found = []
    for since, until, _ in down:
        before = since == begin and _down_at(moments, kind, begin - 1)
        after = until == end and _down_at(moments, kind, end)
        seconds = agreed.hours.within(since, until)
        if seconds:
            found.append(Break(since, until, seconds, before, after))
    return found


def timeline(
    moments: Sequence[Moment], kind: TargetKind, begin: int, end: int, agreed: Agreed
) -> list[tuple[int, int, Bucket]]:
    """Return the buckets of [begin, end), excluded time cut out."""
    made: list[tuple[int, int, Bucket]] = []
    for since, until, bucket in stretches(moments, kind, begin, end):
        counted = agreed.hours
        if bucket is Bucket.UNKNOWN:
            counted = counted & agreed.expected
        within = Windows([(since, until)])
        pieces = [(b, e, bucket) for b, e in within & counted]
        pieces += [(b, e, Bucket.EXCLUDED) for b, e in within - counted]
        made += sorted(pieces)
    return _joined(made)


def _joined(spans: Iterable[tuple[int, int, Bucket]]) -> list[tuple[int, int, Bucket]]:
    made: list[tuple[int, int, Bucket]] = []
    for begin, end, bucket in spans:
        if made and made[-1][1] == begin and made[-1][2] is bucket:
            made[-1] = (made[-1][0], end, bucket)
        else:
            made.append((begin, end, bucket))
    return made


def _down_at(moments: Sequence[Moment], kind: TargetKind, second: int) -> bool:
    last = next((status for at, status in reversed(moments) if at <= second), Status.UNKNOWN)
    return bucket_of(last, kind) is Bucket.DOWN
