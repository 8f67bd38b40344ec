"""The frame of a look at conference equipment: deadline, farewell, what came told as samples."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from collectors._net.identity import identity
from collectors._net.trouble import Trouble, out_of_time
from collectors._vc import metrics
from collectors._vc.facts import Device
from collectors._vc.guest import FAREWELL, Guest
from collectors._vc.params import VcParams
from collectors._vc.telling import before_of, samples
from core.collector import Kit, Transcript
from core.labels import Series
from core.reading import Failure, Reading, Sample
from core.watching import Check

Visit = Callable[[Guest], Awaitable[Device]]


@dataclass(frozen=True, slots=True)
class Course:
    """When a look began (by the clock, and in monotonic seconds) and what it has brought."""

    at: datetime
    begun: float
    told: list[Sample]
    failure: Failure | None


async def looked(
    check: Check,
    kit: Kit,
    transcript: Transcript,
    params: VcParams,
    visit: Visit,
    *,
    port: int,
    keep: bool = True,
    token: bool = False,
) -> Reading:
    """Return the reading of one visit; `keep` keeps the connection for the next one.

    `token`: the secret is one word that the visit shows in its own way, and no login.
    """
    at, begun = kit.clock.now(), kit.clock.monotonic()
    failure: Failure | None = None
    told: list[Sample] = []
    try:
        guest = Guest(check, kit, transcript, params, port, token=token)
        found = await _visited(guest, visit, check.timeout, keep=keep)
        told = samples(check, found, before_of(kit, check))
    except TimeoutError:
        failure = out_of_time(check.timeout)
    except Trouble as trouble:
        failure = trouble.failure
    return concluded(check, Course(at, begun, told, failure), kit, transcript)


def concluded(check: Check, course: Course, kit: Kit, transcript: Transcript) -> Reading:
    """Return the reading of what came of a look, with whether it succeeded and how long it took."""
    failure = course.failure
    if failure is not None:
        transcript.note("%s: %s", failure.kind.value, failure.detail)
    elapsed, base = kit.clock.monotonic() - course.begun, identity(check)
    told = [
        *course.told,
        (Series.of(metrics.SUCCESS, base), float(failure is None)),
        (Series.of(metrics.DURATION, base), elapsed),
    ]
    return Reading(check.slug, check.vantage, course.at, told, failure, elapsed)


async def _visited(guest: Guest, visit: Visit, timeout: float, *, keep: bool) -> Device:
    try:
        async with asyncio.timeout(max(timeout / 2, timeout - FAREWELL)):
            await guest.enter()
            return await visit(guest)
    finally:
        await guest.leave(keep=keep)
