"""A pretend Pexip Infinity management node: status resources, paged, limited in their rate.

Written from the resources and fields of Pexip's public Go SDK (v41) and its management API pages.
"""

import json
import uuid
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar

from lab.calls import Channel, Leg
from lab.emulators.answering import UNAUTHORISED, About, Ask, Reply, Stage, shown_login

_ROOT = "/api/admin/status/v1/"
_PAGE = 20
_REQUESTS, _WINDOW = 1000, 60.0  # per seconds
_TYPES = {"audio": "audio", "video": "video", "content": "presentation"}
_CLASSES = ((0.01, "1_good"), (0.03, "2_ok"), (0.10, "3_bad"))
_ABOUT = About(
    family="pexip",
    source="Pexip Infinity management API: public Go SDK v41 and documentation",
    guessed={
        "media_stream": "at participant/<id>/media_stream/",
        "rx_packet_loss": "a share of 100 over the last seconds",
        "counters": "rx_packets_lost and tx_packets_lost count since the stream began",
        "rate limit": "429 without Retry-After",
    },
)


@dataclass(slots=True)
class Pexip:
    """One management node with one conferencing node."""

    about: ClassVar[About] = _ABOUT
    stage: Stage
    vanishing: set[str] = field(default_factory=set)  # rooms that are gone once they were listed
    _asked: deque[float] = field(default_factory=deque)

    def answer(self, ask: Ask) -> Reply:
        """Answer one request."""
        now = self.stage.clock.monotonic()
        while self._asked and now - self._asked[0] > _WINDOW:
            self._asked.popleft()
        self._asked.append(now)
        if len(self._asked) > _REQUESTS:
            return Reply(429, b"Too Many Requests")
        if shown_login(ask) != (self.stage.user, self.stage.password):
            return UNAUTHORISED
        if ask.method != "GET" or not ask.path.startswith(_ROOT):
            return Reply(404)
        self.stage.calls.settle()
        kind, _, rest = ask.path.removeprefix(_ROOT).strip("/").partition("/")
        legs = list(self.stage.calls.legs.values())
        if rest:
            return self._streams(ask, rest, legs) if kind == "participant" else Reply(404)
        lists: Mapping[str, Sequence[object]] = {
            "conference": [self._conference(n) for n in self.stage.calls.conferences()],
            "participant": [self._participant(leg) for leg in legs],
            "worker_vm": [self._node(legs)],
            "alarm": [],
        }
        return self._paged(ask, lists[kind]) if kind in lists else Reply(404)

    def _paged(self, ask: Ask, objects: Sequence[object]) -> Reply:
        offset = int(ask.query.get("offset") or 0)
        limit = int(ask.query.get("limit") or _PAGE) or len(objects)
        more = offset + limit < len(objects)
        following = f"{ask.path}?limit={limit}&offset={offset + limit}" if more else None
        meta = {
            "limit": limit,
            "next": following,
            "offset": offset,
            "previous": None,
            "total_count": len(objects),
        }
        return _json({"meta": meta, "objects": objects[offset : offset + limit]})

    def _conference(self, name: str) -> object:
        return {
            "id": str(uuid.uuid5(uuid.NAMESPACE_URL, name)),
            "name": name,
            "service_type": "conference",
            "is_started": True,
            "is_locked": False,
            "guests_muted": False,
            "tag": "",
        }

    def _participant(self, leg: Leg) -> object:
        device = self.stage.calls.truth().fabric.devices[leg.device]
        loss = max(channel.quality.loss for channel in leg.channels)
        quality = next((word for limit, word in _CLASSES if loss < limit), "4_terrible")
        ago = timedelta(seconds=self.stage.clock.monotonic() - leg.began)
        began = self.stage.clock.now() - ago
        kbps = round(leg.rate / 1000)
        return {
            "id": leg.id,
            "display_name": device.name,
            "conference": leg.conference,
            "protocol": "SIP",
            "call_direction": "in",
            "call_quality": quality,
            "connect_time": began.strftime("%Y-%m-%dT%H:%M:%S.%f"),  # UTC, no zone is told
            "bandwidth": kbps,
            "rx_bandwidth": kbps,
            "tx_bandwidth": kbps,
            "encryption": "On",
            "is_muted": False,
            "is_on_hold": False,
            "is_presenting": False,
            "role": "guest",
            "remote_address": device.address,
            "remote_port": 5061,
            "source_alias": f"{leg.device}@hoinghi.example",
            "destination_alias": leg.conference,
            "vendor": "Cisco",
            "call_uuid": leg.id,
            "license_type": "port",
            "license_count": 1,
        }

    def _node(self, legs: Sequence[Leg]) -> object:
        return {
            "name": "node-1",
            "media_load": min(100, 2 * len(legs)),
            "max_media_tokens": 100,
            "media_tokens_used": len(legs),
            "max_hd_calls": 50,
            "signaling_count": len(legs),
            "sync_status": "SYNCED",
            "maintenance_mode": False,
            "version": "33 (74218.0.0)",
            "boot_time": "2026-11-20T01:00:00",
            "last_updated": "2026-11-22T01:00:00",
            "system_location": "tinh",
        }

    def _streams(self, ask: Ask, rest: str, legs: Sequence[Leg]) -> Reply:
        identity, _, below = rest.partition("/")
        leg = next((leg for leg in legs if leg.id == identity), None)
        if leg is None or leg.device in self.vanishing or below != "media_stream":
            return Reply(404)
        media = dict.fromkeys(channel.media for channel in leg.channels)
        pairs = [[c for c in leg.channels if c.media == kind] for kind in media]
        return self._paged(ask, [_stream(n, channels) for n, channels in enumerate(pairs)])


def _stream(number: int, channels: Sequence[Channel]) -> object:
    found: dict[str, object] = {
        "id": str(channels[0].number),
        "type": _TYPES[channels[0].media],
        "node": "10.75.0.10",
        "start_time": f"2026-11-22T02:00:{number:02d}.000000",
        "end_time": "",
    }
    for channel in channels:
        came, lost = channel.counted
        way = "rx" if channel.way == "up" else "tx"
        words = ("received", came) if way == "rx" else ("sent", came + lost)
        found |= {
            f"{way}_bitrate": round(channel.bits / 1000),
            f"{way}_codec": "opus" if channel.media == "audio" else "H.264",
            f"{way}_jitter": round(channel.jitter * 1000, 2),
            f"{way}_packet_loss": round(channel.quality.loss * 100, 2),
            f"{way}_packets_lost": lost,
            f"{way}_packets_{words[0]}": words[1],
            f"{way}_resolution": "" if channel.media == "audio" else "1280x720",
        }
    return found


def _json(value: object) -> Reply:
    return Reply(200, json.dumps(value).encode(), "application/json")
