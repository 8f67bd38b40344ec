"""Is the Jitsi videobridge healthy, how loaded is it, and what does it lose? Its private HTTP.

`/about/health`, `/about/version` and `/colibri/stats`, which speak of the whole bridge and of no
single room. Source: the videobridge's documentation and statistics class; older keys are optional.
"""

from typing import Literal

from pydantic import Field

from collectors._vc import metrics
from collectors._vc.facts import Bridge, Direction, Fault
from collectors._vc.guest import Guest
from collectors._vc.looking import looked
from collectors._vc.notation import Record, number, parsed, telling, truth, wanted, words
from collectors._vc.params import VcParams
from core.collector import Collector, Kit, Transcript
from core.reading import Reading
from core.text import Text
from core.watching import Check

_ILL = (500, 502, 503)
_PORT = 8080
_FAULTS = {"drain": "info", "graceful_shutdown": "warning", "shutting_down": "warning"}


class Params(VcParams):
    """What may be set."""

    scheme: Literal["https", "http"] = Field(
        default="http",
        description="http, as the bridge's private interface speaks, or https behind a proxy",
        json_schema_extra={"vi": "http, như giao diện riêng của cầu; hoặc https sau proxy"},
    )


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Read the bridge once."""
    params = Params.model_validate(dict(check.params))
    return await looked(check, kit, transcript, params, _visit, port=_PORT)


async def _visit(guest: Guest) -> Bridge:
    health = await guest.get("/about/health", also=_ILL)
    stats = wanted(parsed((await guest.get("/colibri/stats")).octets), "/colibri/stats")
    telling(stats, "/colibri/stats", "conferences", "endpoints", "participants", "stress_level")
    faults = [Fault(level, name) for name, level in _FAULTS.items() if truth(stats, name)]
    if health.status in _ILL or truth(stats, "healthy") is False:
        faults.append(Fault("critical", "unhealthy"))
    conferences = number(stats, "conferences")
    return Bridge(
        product="Jitsi Videobridge",
        software=words(stats, "version"),
        faults=faults,
        conference_count=int(conferences) if conferences is not None else None,
        legs=_legs(stats),
        load=number(stats, "stress_level"),
        loss={
            direction: loss
            for direction, keys in (
                (Direction.RX, ("incoming_loss", "loss_rate_download")),
                (Direction.TX, ("outgoing_loss", "loss_rate_upload")),
            )
            if (loss := _first(stats, keys)) is not None and loss <= 1
        },
        bits={
            ("all", direction): rate * 1000
            for direction, key in (
                (Direction.RX, "bit_rate_download"),
                (Direction.TX, "bit_rate_upload"),
            )
            if (rate := number(stats, key)) is not None
        },
        round_trip=_seconds(number(stats, "rtt_aggregate")),
    )


def _first(stats: Record, keys: tuple[str, ...]) -> float | None:
    found = (number(stats, key) for key in keys)
    return next((value for value in found if value is not None), None)


def _legs(stats: Record) -> int | None:
    found = _first(stats, ("endpoints", "participants"))
    return int(found) if found is not None else None


def _seconds(milliseconds: float | None) -> float | None:
    return milliseconds / 1000 if milliseconds is not None else None


COLLECTOR = Collector(
    name="jitsi",
    help=Text(
        vi="Cầu Jitsi có khoẻ không, tải bao nhiêu, mất gói bao nhiêu?",
        en="Is the Jitsi videobridge healthy, how loaded is it, and what does it lose?",
    ),
    params=Params,
    emits=metrics.BRIDGES,
    look=look,
    interval=30.0,
    timeout=10.0,
)
