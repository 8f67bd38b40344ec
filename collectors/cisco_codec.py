"""Is the Cisco codec registered, in a call, and how does the call go? Its xAPI over HTTP(S).

Reads status subtrees (`GET /getxml?location=…`) of TC, CE and RoomOS software with HTTP Basic,
and never a command. Sources: Cisco's xAPI schemas of RoomOS 10.19 and 26.4, API guides TC6 to CE9.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from pydantic import Field

from collectors._vc import metrics
from collectors._vc.facts import Call, Direction, Endpoint, Fault, Media, Peripheral, Stream
from collectors._vc.guest import Guest
from collectors._vc.looking import looked
from collectors._vc.markup import as_number, called, children, number, text, tree, whole
from collectors._vc.params import VcParams
from core.collector import Collector, Kit, Transcript
from core.media import Counts
from core.reading import Reading
from core.text import Text
from core.watching import Check

# Asked every time, and those that change with people's hands or not at all.
_ALWAYS = ("SIP", "H323", "Standby", "Conference/DoNotDisturb", "Audio/Microphones")
_SELDOM = (
    "SystemUnit",
    "Diagnostics",
    "Peripherals",
    "Cameras",
    "Video",
    "Audio/Input",
    "NetworkServices/NTP",
)
_CONNECTED = {"Connected", "OnHold", "Preserved", "RemotePreserved"}
_REGISTERED = {"Registered", "Authenticated"}
_UNUSED = {"", "Inactive", "Deregister", "Unknown"}
_LEVELS = {"Critical": "critical", "Error": "error", "Warning": "warning", "Info": "info"}
_WAYS = {"Incoming": Direction.RX, "Outgoing": Direction.TX}
_KINDS = {"Audio": Media.AUDIO, "Video": Media.VIDEO, "Data": Media.CONTENT}
_LACKING = (400, 404)
_NOTHING = "EmptyResult"
_NAME = "cisco codecs"


class Params(VcParams):
    """What may be set."""

    seldom: float = Field(
        default=120.0,
        ge=0,
        le=3600,
        description="Seconds between two looks at peripherals, displays, faults and software",
        json_schema_extra={"vi": "Số giây giữa hai lần xem phụ kiện, màn hình, lỗi và phần mềm"},
    )


@dataclass(slots=True)
class _Seen:
    """The subtrees that are seldom asked, and when they were (monotonic)."""

    at: float
    trees: dict[str, Element]


@dataclass(slots=True)
class _Seldom:
    """What each check has seen last. An engine of the kit."""

    checks: dict[str, _Seen] = field(default_factory=dict)

    async def aclose(self) -> None:
        self.checks.clear()


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Read the codec's status once."""
    params = Params.model_validate(dict(check.params))

    async def visit(guest: Guest) -> Endpoint:
        return endpoint(await _status(guest, check, kit, params))

    port = 443 if params.scheme == "https" else 80
    return await looked(check, kit, transcript, params, visit, port=port)


async def _status(guest: Guest, check: Check, kit: Kit, params: Params) -> dict[str, Element]:
    """Return the subtrees by name; a document may be empty, of software that lacks it."""
    trees = {"Call": await _subtree(guest, "Call")}
    if any(_is_connected(call) for call in children(trees["Call"], "Call")):
        trees["MediaChannels"] = await _subtree(guest, "MediaChannels")
    for name in _ALWAYS:
        trees[name] = await _subtree(guest, name)
    engine = kit.engine(_NAME, lambda _: _Seldom())
    if not isinstance(engine, _Seldom):
        raise TypeError(f"the kit's engine {_NAME!r} is something else")
    now, seen = kit.clock.monotonic(), engine.checks.get(check.slug)
    # While it sets a call up a codec is slow, and has better things to do.
    busy = any(not _is_connected(call) for call in children(trees["Call"], "Call"))
    if seen is None or (now - seen.at >= params.seldom and not busy):
        found = {name: await _subtree(guest, name) for name in _SELDOM}
        engine.checks[check.slug] = seen = _Seen(now, found)
    return trees | seen.trees


async def _subtree(guest: Guest, name: str) -> Element:
    """Return a subtree; empty where this software has none. Every software has calls."""
    lacking = () if name == "Call" else _LACKING
    answer = await guest.get(f"/getxml?location=/Status/{name}", also=lacking)
    if answer.status in lacking:
        return Element(_NOTHING)
    root = tree(answer.octets)
    return called(root, "Status", _NOTHING) if name == "Call" else root


def endpoint(status: dict[str, Element]) -> Endpoint:
    """Return what the subtrees say."""
    unit, network = status["SystemUnit"].find("SystemUnit"), status["NetworkServices/NTP"]
    ntp = text(network, "NetworkServices/NTP/Status")
    return Endpoint(
        product=text(unit, "ProductId"),
        software=text(unit, "Software/Version"),
        serial=text(unit, "Hardware/Module/SerialNumber"),
        uptime=number(unit, "Uptime"),
        faults=list(_faults(status)),
        registered=_registered(status),
        calls=list(_calls(status)),
        standby=_one_of(text(status["Standby"], "Standby/State"), "Standby", "Off"),
        do_not_disturb=_one_of(
            text(status["Conference/DoNotDisturb"], "Conference/DoNotDisturb"), "Active", "Inactive"
        ),
        microphone_muted=_one_of(
            text(status["Audio/Microphones"], "Audio/Microphones/Mute"), "On", "Off"
        ),
        video_muted=_one_of(text(status["Video"], "Video/Input/MainVideoMute"), "On", "Off"),
        too_hot=_hot(text(unit, "Hardware/Monitoring/Temperature/Status")),
        clock=ntp == "Synced" if ntp not in {"", "Unknown", "Off"} else None,
        reboot=_reboot(unit),
        peripherals=list(_peripherals(status)),
    )


def _one_of(said: str, yes: str, no: str) -> bool | None:
    return True if said == yes else False if said == no else None


def _hot(said: str) -> bool | None:
    return said in {"High", "Critical"} if said in {"Normal", "High", "Critical"} else None


def _reboot(unit: Element | None) -> bool | None:
    kinds = [text(n, "Type") for n in children(unit, "Notifications/Notification")]
    return "RebootRequired" in kinds if unit is not None else None


def _faults(status: dict[str, Element]) -> Iterator[Fault]:
    for message in children(status["Diagnostics"], "Diagnostics/Message"):
        level = _LEVELS.get(text(message, "Level"))
        if level is not None:
            yield Fault(level, text(message, "Type"))


def _registered(status: dict[str, Element]) -> dict[str, bool]:
    """Return the protocols in use: TC software keeps registrations under a profile."""
    found = {}
    said = [text(r, "Status") for r in status["SIP"].iter("Registration")]
    in_use = [word for word in said if word not in _UNUSED]
    if in_use:
        found["sip"] = any(word in _REGISTERED for word in in_use)
    gatekeeper = text(status["H323"], "H323/Gatekeeper/Status")
    if gatekeeper not in _UNUSED and text(status["H323"], "H323/Mode/Status") != "Disabled":
        found["h323"] = gatekeeper in _REGISTERED
    return found


def _peripherals(status: dict[str, Element]) -> Iterator[Peripheral]:
    for camera in children(status["Cameras"], "Cameras/Camera"):
        connected = text(camera, "Connected")
        if connected:
            yield Peripheral("camera", camera.get("item", "1"), connected == "True")
    for device in children(status["Peripherals"], "Peripherals/ConnectedDevice"):
        if text(device, "Type") == "TouchPanel":
            name = text(device, "Name") or device.get("item", "1")
            yield Peripheral("touch", name, text(device, "Status") == "Connected")
    microphones = children(status["Audio/Input"], "Audio/Input/Connectors/Microphone")
    yield from _plugged("microphone", microphones, "ConnectionStatus", "Connected")
    displays = children(status["Video"], "Video/Output/Connector")
    yield from _plugged("display", displays, "Connected", "True")


def _plugged(kind: str, sockets: Iterator[Element], path: str, yes: str) -> Iterator[Peripheral]:
    """Yield what is plugged in: a codec has more sockets than it needs, but needs one in use."""
    said = [(socket.get("item", ""), text(socket, path)) for socket in sockets]
    told = [(item, word) for item, word in said if word not in {"", "Unknown"}]
    in_use = [Peripheral(kind, item, connected=True) for item, word in told if word == yes]
    yield from in_use or ([Peripheral(kind, "any", connected=False)] if told else [])


def _is_connected(call: Element) -> bool:
    return text(call, "Status") in _CONNECTED


def _calls(status: dict[str, Element]) -> Iterator[Call]:
    media = status.get("MediaChannels")
    streams = {
        call.get("item", ""): list(_streams(call)) for call in children(media, "MediaChannels/Call")
    }
    for call in filter(_is_connected, children(status["Call"], "Call")):
        key = call.get("item", "")
        encryption = text(call, "Encryption/Type")
        yield Call(
            key=key,
            remote=text(call, "RemoteNumber") or text(call, "CallbackNumber"),
            protocol=text(call, "Protocol").lower(),
            origin=text(call, "Direction").lower(),
            encrypted=encryption not in {"None", "Off"} if encryption else None,
            duration=number(call, "Duration"),
            bits_rx=_thousands(number(call, "ReceiveCallRate")),
            bits_tx=_thousands(number(call, "TransmitCallRate")),
            streams=streams.get(key, []),
        )


def _thousands(said: float | None) -> float | None:
    return said * 1000 if said is not None else None


def _streams(call: Element) -> Iterator[Stream]:
    """Yield the channels of a call: `Channel`, in TC software `IncomingVideoChannel` and such."""
    for channel in call:
        if channel.tag == "Channel":
            way, kind = text(channel, "Direction"), text(channel, "Type")
        else:
            way = next((word for word in _WAYS if channel.tag.startswith(word)), "")
            kind = channel.tag.removeprefix(way).removesuffix("Channel")
        if way in _WAYS and kind in _KINDS:
            yield _stream(channel, _WAYS[way], _KINDS[kind])


def _stream(channel: Element, direction: Direction, media: Media) -> Stream:
    stats = channel.find("Netstat")
    details = channel.find("Video") if channel.find("Video") is not None else channel
    if media is Media.VIDEO and text(details, "ChannelRole") == "Presentation":
        media = Media.CONTENT
    packets = whole(stats, "Packets")
    lost = as_number(text(stats, "Loss"))  # may be below 0, where packets came twice
    counts = None
    if packets is not None and lost is not None:
        # Outgoing packets are those sent, and the loss is what the far end reports of them.
        came = packets if direction is Direction.RX else max(0, packets - int(lost))
        counts = Counts(came, int(lost))
    return Stream(
        media,
        direction,
        key=f"{channel.tag} {channel.get('item', '')}",
        counts=counts,
        jitter=_milliseconds(number(stats, "Jitter")),
        round_trip=_milliseconds(number(stats, "RoundTripTime")),
        bits=number(stats, "ChannelRate"),
        frames=number(details, "FrameRate"),
        width=whole(details, "ResolutionX"),
        height=whole(details, "ResolutionY"),
    )


def _milliseconds(said: float | None) -> float | None:
    return said / 1000 if said is not None else None


COLLECTOR = Collector(
    name="cisco_codec",
    help=Text(
        vi="Thiết bị Cisco đã đăng ký chưa, có đang họp không, hình và tiếng thế nào?",
        en="Is the Cisco codec registered, in a call, and how does the call go?",
    ),
    params=Params,
    emits=metrics.EQUIPMENT,
    look=look,
    interval=30.0,
    timeout=10.0,
)
