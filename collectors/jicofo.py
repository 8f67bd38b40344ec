"""How many are in how many Jitsi conferences, and has the focus bridges to put them on? HTTP.

Jicofo's private interface: `/about/health` and `/stats`. It speaks of conferences as a whole and
of no single room; what is lost is told by the videobridge (`jitsi`). Source: jicofo's classes.
"""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from collectors._vc import metrics
from collectors._vc.facts import Bridge, Fault
from collectors._vc.guest import Guest
from collectors._vc.looking import looked
from collectors._vc.notation import Record, number, parsed, record, telling, truth, wanted
from collectors._vc.params import VcParams
from core.collector import Collector, Kit, Transcript
from core.reading import Reading
from core.text import Text
from core.watching import Check

_ILL = (500, 502, 503)
_PORT = 8888


class Params(VcParams):
    """What may be set."""

    scheme: Literal["https", "http"] = Field(
        default="http",
        description="http, as the focus's private interface speaks, or https behind a proxy",
        json_schema_extra={"vi": "http, như giao diện riêng của Jicofo; hoặc https sau proxy"},
    )


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Read the focus once."""
    params = Params.model_validate(dict(check.params))
    return await looked(check, kit, transcript, params, _visit, port=_PORT)


async def _visit(guest: Guest) -> Bridge:
    health = await guest.get("/about/health", also=_ILL)
    stats = wanted(parsed((await guest.get("/stats")).octets), "/stats")
    telling(stats, "/stats", "conferences", "participants", "bridge_selector")
    ill = health.status in _ILL or truth(stats, "healthy") is False
    return Bridge(
        product="Jicofo",
        faults=[*([Fault("critical", "unhealthy")] if ill else []), *_bridges(stats)],
        conference_count=_count(stats, "conferences"),
        legs=_count(stats, "participants"),
    )


def _bridges(stats: Record) -> Iterator[Fault]:
    """Yield what is amiss with the videobridges that the focus knows."""
    selector = record(stats, "bridge_selector")
    known, working = number(selector, "bridge_count"), number(selector, "operational_bridge_count")
    if working == 0:
        yield Fault("critical", "no videobridge is operational")
    elif known is not None and working is not None and working < known:
        yield Fault("warning", f"{known - working:g} videobridges are not operational")
    if number(selector, "in_shutdown_bridge_count"):
        yield Fault("info", "videobridges are being shut down")


def _count(stats: Record, key: str) -> int | None:
    found = number(stats, key)
    return int(found) if found is not None else None


COLLECTOR = Collector(
    name="jicofo",
    help=Text(
        vi="Jicofo đang có bao nhiêu cuộc họp, bao nhiêu người, còn cầu nào để dùng không?",
        en="How many are in how many Jitsi conferences, and are there bridges to put them on?",
    ),
    params=Params,
    emits=metrics.BRIDGES,
    look=look,
    interval=30.0,
    timeout=10.0,
)
