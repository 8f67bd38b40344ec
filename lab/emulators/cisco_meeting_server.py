"""A pretend Cisco Meeting Server (Acano): its REST API of XML on the web administration's port.

Written from the CMS 2.0 API reference (pages 57–61, 95, 135): resources, units, paging.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar
from xml.etree.ElementTree import Element, SubElement, tostring

from lab.calls import Channel, Leg
from lab.emulators.answering import UNAUTHORISED, About, Ask, Reply, Stage, shown_login

_PAGE = 10  # objects of a page, if nobody asks for less
_ALARM_AFTER = 30.0  # seconds until a bad leg is alarmed of
_TAGS = {"audio": "Audio", "video": "Video", "content": "Video"}


_ABOUT = About(
    family="cisco_meeting_server",
    source="Cisco Meeting Server API Reference 2.0",
    guessed={
        "the window of packetLossPercentage": "a few seconds before the question",
        "the default page": "10 objects",
        "when alarms come": "30 seconds after the leg was connected",
    },
)


@dataclass(slots=True)
class CiscoMeetingServer:
    """One call bridge."""

    about: ClassVar[About] = _ABOUT

    stage: Stage
    vanishing: set[str] = field(default_factory=set)  # legs that are gone once they were listed
    elsewhere: int = 0  # participants of each conference on other bridges of the cluster

    def answer(self, ask: Ask) -> Reply:
        """Answer one request."""
        if shown_login(ask) != (self.stage.user, self.stage.password):
            return UNAUTHORISED
        self.stage.calls.settle()
        path = ask.path.removeprefix("/api/v1").strip("/")
        kind, _, rest = path.partition("/")
        if ask.method == "GET" and kind in {"calls", "callLegs"}:
            return self._calls(ask, rest) if kind == "calls" else self._legs(ask, rest)
        if ask.method == "GET" and path == "system/status":
            return _xml(self._status())
        if ask.method == "GET" and path == "system/alarms":
            return self._listed(ask, "alarms", [])
        return Reply(404)

    def _status(self) -> Element:
        legs = self.stage.calls.legs.values()
        root = Element("status")
        seconds = int(self.stage.clock.monotonic()) + 864_000
        outgoing = {"audio": 0.0, "video": 0.0, "content": 0.0}
        incoming = dict(outgoing)
        for leg in legs:
            for channel in leg.channels:
                into = outgoing if channel.way == "down" else incoming
                into[channel.media] += channel.bits
        for name, value in (
            ("softwareVersion", "3.9.1"),
            ("uptimeSeconds", seconds),
            ("activated", "true"),
            ("clusterEnabled", "true" if self.elsewhere else "false"),
            ("callLegsActive", len(legs)),
            ("callLegsMaxActive", 42),
            ("callLegsCompleted", len(self.stage.calls.ended)),
            ("audioBitRateOutgoing", int(outgoing["audio"])),
            ("audioBitRateIncoming", int(incoming["audio"])),
            ("videoBitRateOutgoing", int(outgoing["video"] + outgoing["content"])),
            ("videoBitRateIncoming", int(incoming["video"] + incoming["content"])),
        ):
            SubElement(root, name).text = str(value)
        return root

    def _calls(self, ask: Ask, rest: str) -> Reply:
        by_id = {
            _id_of(name): (name, legs) for name, legs in self.stage.calls.conferences().items()
        }
        if not rest:
            return self._listed(ask, "calls", [_call(i, name) for i, (name, _) in by_id.items()])
        identity, _, below = rest.partition("/")
        if identity not in by_id:
            return Reply(404)
        name, legs = by_id[identity]
        if below == "callLegs":
            return self._listed(ask, "callLegs", [self._brief(leg) for leg in legs])
        made = _call(identity, name)
        for key, value in (
            ("durationSeconds", int(max(self._age(leg) for leg in legs))),
            ("numCallLegs", len(legs)),
            ("maxCallLegs", len(legs)),
            ("numParticipantsLocal", len(legs)),
            ("numParticipantsRemote", self.elsewhere),
            ("numDistributedInstances", 2 if self.elsewhere else 0),
        ):
            SubElement(made, key).text = str(value)
        return _xml(made)

    def _legs(self, ask: Ask, rest: str) -> Reply:
        legs = list(self.stage.calls.legs.values())
        if not rest:
            if "alarms" in ask.query:
                legs = [leg for leg in legs if self._alarms(leg)]
            return self._listed(ask, "callLegs", [self._brief(leg) for leg in legs])
        found = next((leg for leg in legs if leg.id == rest), None)
        if found is None or found.device in self.vanishing:
            return Reply(404)
        return _xml(self._whole(found))

    def _listed(self, ask: Ask, name: str, elements: Sequence[Element]) -> Reply:
        offset = int(ask.query.get("offset") or 0)
        limit = min(int(ask.query.get("limit") or _PAGE), 20)
        root = Element(name, {"total": str(len(elements))})
        root.extend(elements[offset : offset + limit])
        return _xml(root)

    def _age(self, leg: Leg) -> float:
        return self.stage.clock.monotonic() - leg.began

    def _alarms(self, leg: Leg) -> list[str]:
        if self._age(leg) < _ALARM_AFTER:
            return []
        worst = max((channel.quality for channel in leg.channels), key=lambda q: q.loss)
        return ["packetLoss"] if worst.loss > 0.02 else []  # noqa: PLR2004

    def _brief(self, leg: Leg) -> Element:
        root = Element("callLeg", {"id": leg.id})
        device = self.stage.calls.truth().fabric.devices[leg.device]
        SubElement(root, "name").text = device.name
        SubElement(root, "remoteParty").text = device.address
        SubElement(root, "call").text = _id_of(leg.conference)
        alarms = self._alarms(leg)
        if alarms:
            SubElement(root, "alarms").text = "|".join(alarms)
        return root

    def _whole(self, leg: Leg) -> Element:
        root = self._brief(leg)
        SubElement(root, "type").text = "sip"
        status = SubElement(root, "status")
        for name, value in (
            ("state", "connected"),
            ("durationSeconds", str(int(self._age(leg)))),
            ("direction", "incoming"),
            ("sipCallId", f"{leg.id[:8]}@hoinghi.example"),
            ("groupId", _id_of(leg.conference)),
            ("encryptedMedia", "true"),
            ("layout", "allEqual"),
        ):
            SubElement(status, name).text = value
        status.extend(_media(leg.channels))
        return root


def _media(channels: Iterable[Channel]) -> list[Element]:
    found = []
    for channel in channels:
        way = "rx" if channel.way == "up" else "tx"
        made = Element(way + _TAGS[channel.media])
        picture = channel.media != "audio"
        if picture:
            made.set("role", "presentation" if channel.media == "content" else "main")
        facts: list[tuple[str, object]] = [("codec", "h264" if picture else "aac")]
        if picture:
            facts += [("width", 1280), ("height", 720), ("frameRate", "30.0")]
        facts += [
            ("bitRate", int(channel.bits)),
            ("packetLossPercentage", f"{channel.quality.loss * 100:.1f}"),
            ("jitter", round(channel.jitter * 1000)),
        ]
        if way == "tx":
            facts.append(("roundTripTime", round(channel.round_trip * 1000)))
        for name, value in facts:
            SubElement(made, name).text = str(value)
        found.append(made)
    return found


def _id_of(conference: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, conference))


def _call(identity: str, name: str) -> Element:
    made = Element("call", {"id": identity})
    SubElement(made, "name").text = name
    return made


def _xml(root: Element) -> Reply:
    return Reply(200, tostring(root, encoding="utf-8", xml_declaration=True), "text/xml")
