"""Which conferences are on Pexip Infinity, who is in them, and how do they come through?

The management node's status resources, GET only: conferences, participants and their streams,
conferencing nodes, alarms. Sources: Pexip's public Go SDK (v41) and management API pages.
"""

from collections import Counter
from collections.abc import Iterator

from pydantic import Field

from collectors._vc import metrics
from collectors._vc.facts import Bridge, Call, Direction, Fault, Media, Stream
from collectors._vc.guest import Guest
from collectors._vc.looking import looked
from collectors._vc.markup import share
from collectors._vc.notation import Record, listed, number, parsed, record, wanted, words
from collectors._vc.params import VcParams
from core.collector import Collector, Kit, Transcript
from core.media import Counts
from core.reading import Reading
from core.text import Text
from core.watching import Check

_ROOT = "/api/admin/status/v1"
_PAGE = 100
_MOST = 2000  # objects of a list
_NOT_FOUND = 404  # of one who left after the list; that this is the path is unconfirmed
_MEDIA = {"audio": Media.AUDIO, "video": Media.VIDEO, "presentation": Media.CONTENT}
_NOBODY = {"api", "rtmp"}  # protocols of participants that are no people
_LEVELS = {"critical", "error", "warning", "info"}


class Params(VcParams):
    """What may be set."""

    legs: int = Field(
        default=200,
        ge=0,
        le=400,  # a node answers 1,000 requests a minute
        description="Participants whose media is asked for at most, in one look; all are told of",
        json_schema_extra={"vi": "Số điểm cầu hỏi chất lượng nhiều nhất trong một lần"},
    )


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Read the management node once."""
    params = Params.model_validate(dict(check.params))

    async def visit(guest: Guest) -> Bridge:
        return await _bridge(guest, params.legs)

    return await looked(check, kit, transcript, params, visit, port=443)


async def _bridge(guest: Guest, most: int) -> Bridge:
    conferences = [words(one, "name") for one in await _listed(guest, "conference")]
    participants = [
        one
        for one in await _listed(guest, "participant")
        if words(one, "protocol").lower() not in _NOBODY
    ]
    nodes = await _listed(guest, "worker_vm")
    alarms = await _listed(guest, "alarm")
    inside = Counter(words(one, "conference") for one in participants)
    loads = [load for node in nodes if (load := number(node, "media_load")) is not None]
    limits = [limit for node in nodes if (limit := number(node, "max_hd_calls")) is not None]
    return Bridge(
        product="Pexip Infinity",
        software=words(nodes[0], "version") if nodes else "",
        faults=[_fault(alarm) for alarm in alarms],
        conferences={name: inside[name] for name in conferences},
        legs=len(participants),
        legs_limit=int(sum(limits)) if limits else None,
        load=max(loads) / 100 if loads else None,
        calls=[
            _call(one, await _media(guest, one) if place < most and not guest.late else [])
            for place, one in enumerate(participants)
            if one.get("connect_time", True)  # none yet: it rings there
        ],
    )


async def _listed(guest: Guest, path: str) -> list[Record]:
    """Return every object of a list, page by page."""
    found: list[Record] = []
    while True:
        target = f"{_ROOT}/{path}/?limit={_PAGE}&offset={len(found)}"
        page = wanted(parsed((await guest.get(target)).octets), path)
        here = listed(page.get("objects"), path)
        found += here
        if not here or len(found) >= _MOST or not record(page, "meta").get("next"):
            return found


async def _media(guest: Guest, participant: Record) -> list[Record]:
    """Return a participant's streams; none if they left meanwhile, or are told elsewhere."""
    target = f"{_ROOT}/participant/{words(participant, 'id')}/media_stream/?limit={_PAGE}"
    answer = await guest.get(target, also=(_NOT_FOUND,))
    if answer.status == _NOT_FOUND:
        return []
    return listed(wanted(parsed(answer.octets), "media_stream").get("objects"), "media_stream")


def _call(participant: Record, media: list[Record]) -> Call:
    encryption = words(participant, "encryption")
    return Call(
        key=words(participant, "id"),
        remote=words(participant, "remote_address") or words(participant, "source_alias"),
        protocol=words(participant, "protocol").lower(),
        origin={"in": "incoming", "out": "outgoing"}.get(words(participant, "call_direction"), ""),
        encrypted=encryption.lower() == "on" if encryption else None,
        bits_rx=_thousands(number(participant, "rx_bandwidth")),
        bits_tx=_thousands(number(participant, "tx_bandwidth")),
        conference=words(participant, "conference"),
        streams=[s for row in media for s in _streams(row)],
    )


def _streams(row: Record) -> Iterator[Stream]:
    media = _MEDIA.get(words(row, "type"))
    if media is None or words(row, "end_time"):
        return
    for direction in Direction:
        loss, jitter = number(row, f"{direction}_packet_loss"), number(row, f"{direction}_jitter")
        rate = number(row, f"{direction}_bitrate")
        if loss is None and jitter is None and rate is None:
            continue
        width, _, height = words(row, f"{direction}_resolution").partition("x")
        yield Stream(
            media,
            direction,
            key=f"{words(row, 'id')} {direction}",
            counts=_counts(row, direction),
            loss=share(loss),
            jitter=jitter / 1000 if jitter is not None else None,
            bits=_thousands(rate),
            frames=number(row, f"{direction}_fps"),
            width=int(width) if width.isdecimal() else None,
            height=int(height) if height.isdecimal() else None,
        )


def _counts(row: Record, direction: Direction) -> Counts | None:
    lost = number(row, f"{direction}_packets_lost")
    came = number(row, f"{direction}_packets_{'received' if direction is Direction.RX else 'sent'}")
    if lost is None or came is None:
        return None
    if direction is Direction.TX:  # of those sent, the far end reports the lost
        came = max(0.0, came - lost)
    return Counts(int(came), int(lost))


def _fault(alarm: Record) -> Fault:
    level = words(alarm, "level").lower()
    return Fault(level if level in _LEVELS else "error", words(alarm, "name") or "alarm")


def _thousands(said: float | None) -> float | None:
    return said * 1000 if said is not None else None


COLLECTOR = Collector(
    name="pexip",
    help=Text(
        vi="Cầu Pexip đang có cuộc họp nào, ai trong đó, chất lượng ra sao?",
        en="Which conferences are on Pexip Infinity, who is in them, and how do they come?",
    ),
    params=Params,
    emits=metrics.BRIDGES,
    look=look,
    interval=30.0,
    pause=30.0,  # of 400 participants that is 800 of the 1,000 requests a minute it answers
    timeout=20.0,
)
