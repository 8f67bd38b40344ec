"""Which conferences are on the Cisco Meeting Server, who is in them, and how do they come through?

Its API (`/api/v1`), GET only: status, alarms, and every call leg with its media. Figures of `tx`
are what the far end reports by RTCP. Source: Cisco Meeting Server API Reference 2.0.
"""

from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from pydantic import Field

from collectors._vc import metrics
from collectors._vc.facts import Bridge, Call, Direction, Fault, Media, Stream
from collectors._vc.guest import Guest
from collectors._vc.looking import looked
from collectors._vc.markup import called, number, share, text, tree, whole
from collectors._vc.params import VcParams
from core.collector import Collector, Kit, Transcript
from core.reading import Reading
from core.text import Text
from core.watching import Check

_PAGE = 20
_MOST = 2000  # objects of a list
_PORT = 445  # where its web administration listens as a rule
_NOT_FOUND = 404  # of a leg that left between the list and the question
_CONNECTED = {"connected", "onHold", ""}  # and not initial or ringing: nobody has answered yet
_WAYS = {"rx": Direction.RX, "tx": Direction.TX}


class Params(VcParams):
    """What may be set."""

    legs: int = Field(
        default=200,
        ge=0,
        le=1000,
        description="Participants whose media is asked for at most, in one look; all are told of",
        json_schema_extra={"vi": "Số điểm cầu hỏi chất lượng nhiều nhất trong một lần"},
    )


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Read the bridge once."""
    params = Params.model_validate(dict(check.params))

    async def visit(guest: Guest) -> Bridge:
        return await _bridge(guest, params.legs)

    return await looked(check, kit, transcript, params, visit, port=_PORT)


async def _bridge(guest: Guest, most: int) -> Bridge:
    status = called(tree((await guest.get("/api/v1/system/status")).octets), "status")
    alarms = await _listed(guest, "system/alarms", "alarm")
    calls = {
        call.get("id", ""): text(call, "name") for call in await _listed(guest, "calls", "call")
    }
    legs = await _listed(guest, "callLegs", "callLeg")
    inside = Counter(text(leg, "call") for leg in legs)
    found = Bridge(
        product="Cisco Meeting Server",
        software=text(status, "softwareVersion"),
        uptime=number(status, "uptimeSeconds"),
        faults=[Fault("error", text(alarm, "type") or "alarm") for alarm in alarms],
        conferences={name or key: inside[key] for key, name in calls.items()},
        legs=whole(status, "callLegsActive"),
        bits=dict(_bits(status)),
    )
    if text(status, "activated") == "false" and found.faults is not None:
        found.faults.append(Fault("critical", "not activated"))
    found.calls = []
    for place, leg in enumerate(legs):
        if place >= most or guest.late:  # who is in matters more than how each one sounds
            found.calls.append(_call(leg, calls.get(text(leg, "call"), "")))
            continue
        answer = await guest.get(f"/api/v1/callLegs/{leg.get('id', '')}", also=(_NOT_FOUND,))
        if answer.status == _NOT_FOUND:
            continue
        whole_leg = called(tree(answer.octets), "callLeg")
        if text(whole_leg, "status/state") in _CONNECTED:
            found.calls.append(_call(whole_leg, calls.get(text(whole_leg, "call"), "")))
    return found


async def _listed(guest: Guest, path: str, name: str) -> list[Element]:
    """Return every object of a list, page by page."""
    found: list[Element] = []
    while True:
        answer = await guest.get(f"/api/v1/{path}?offset={len(found)}&limit={_PAGE}")
        page = called(tree(answer.octets), f"{name}s")
        here = page.findall(name)
        found += here
        if not here or len(found) >= min(_total(page), _MOST):
            return found


def _total(page: Element) -> int:
    total = page.get("total", "")
    return int(total) if total.isdecimal() else 0


def _bits(status: Element) -> Iterator[tuple[tuple[str, str], float]]:
    for media in (Media.AUDIO, Media.VIDEO):
        for word, direction in (("Incoming", Direction.RX), ("Outgoing", Direction.TX)):
            rate = number(status, f"{media}BitRate{word}")
            if rate is not None:
                yield (media, direction), rate


def _call(leg: Element, conference: str) -> Call:
    status = leg.find("status")
    encrypted = text(status, "encryptedMedia")
    return Call(
        key=leg.get("id", ""),
        remote=text(leg, "remoteParty") or text(leg, "name"),
        protocol=text(leg, "type"),
        origin=text(status, "direction"),
        encrypted=encrypted == "true" if encrypted else None,
        duration=number(status, "durationSeconds"),
        conference=conference,
        streams=list(_streams(status)),
    )


def _streams(status: Element | None) -> Iterator[Stream]:
    for item in status if status is not None else ():
        direction, kind = _WAYS.get(item.tag[:2]), item.tag[2:]
        if direction is None or kind not in {"Audio", "Video"}:
            continue
        role = item.get("role", "main")
        media = Media.AUDIO if kind == "Audio" else Media.VIDEO
        if kind == "Video" and role == "presentation":
            media = Media.CONTENT
        loss, jitter = number(item, "packetLossPercentage"), number(item, "jitter")
        trip = number(item, "roundTripTime")
        yield Stream(
            media,
            direction,
            key=f"{item.tag} {role}",
            loss=share(loss),
            jitter=jitter / 1000 if jitter is not None else None,
            round_trip=trip / 1000 if trip is not None else None,
            bits=number(item, "bitRate"),
            frames=number(item, "frameRate"),
            width=whole(item, "width"),
            height=whole(item, "height"),
        )


COLLECTOR = Collector(
    name="cisco_meeting_server",
    help=Text(
        vi="Cầu Cisco Meeting Server đang có cuộc họp nào, ai trong đó, chất lượng ra sao?",
        en="Which conferences are on the Cisco Meeting Server, who is in, and how do they come?",
    ),
    params=Params,
    emits=metrics.BRIDGES,
    look=look,
    interval=30.0,
    timeout=20.0,
)
