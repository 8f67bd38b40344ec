"""A pretend Cisco codec: xAPI over HTTP(S), three generations of its status tree.

Written from Cisco's published xAPI schemas (RoomOS 10.19 and 26.4) and the API guides of TC6 to
CE9.2: names, value spaces and units are theirs.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal
from xml.etree.ElementTree import Element, SubElement, tostring
from zlib import crc32

from lab.calls import Channel, Leg
from lab.emulators.answering import UNAUTHORISED, About, Ask, Reply, Stage, shown_login

Generation = Literal["tc7", "ce9", "roomos11"]
_VERSIONS: Mapping[Generation, tuple[str, str, str]] = {  # version, apiVersion, product
    "tc7": ("TC7.3.5.a93bdb1", "2", "Cisco TelePresence SX20"),
    "ce9": ("ce9.15.3.25", "4", "Cisco Webex Room Kit"),
    "roomos11": ("ce11.5.2.4", "4", "Cisco Room Bar"),
}
_CONNECTING = 2.0  # seconds of a call's set-up
_BUSY = 0.1  # seconds that an answer takes meanwhile; real ones take up to five
_SESSIONS = 3
_BAD_LOGINS = 5
_LOCKED = 300.0  # seconds
_INTERVAL = 5.0  # seconds of LastInterval…
_TYPES = {"audio": "Audio", "video": "Video", "content": "Video"}


_ABOUT = About(
    family="cisco_codec",
    source="Cisco xAPI schemas RoomOS 10.19.4.2 and 26.4.1; API guides TC6 to CE9.2",
    guessed={
        "an empty subtree": "an empty Status element (roomos11, ce9) or EmptyResult (tc7)",
        "the session cookie": "SecureSessionId",
        "too many sessions": "403 from the fourth on",
        "bad logins": "403 for five minutes after the fifth",
        "no session left": "403 to whoever has none, a right login included",
        "feedback": "a slot is Failed after three deliveries that were not taken",
    },
)


_TMS = "https://tms.example/tms/public/feedback/code.aspx"  # the manager that owns slot 3
_DELIVERIES = 3


@dataclass(slots=True)
class Slot:
    """A place of HttpFeedback: where the codec pushes changes to, until nobody takes them."""

    url: str
    missed: int = 0

    @property
    def status(self) -> str:
        """Return what the codec says of it."""
        return "Failed" if self.missed >= _DELIVERIES else "OK"


@dataclass(slots=True)
class CiscoCodec:
    """One codec."""

    about: ClassVar[About] = _ABOUT

    stage: Stage
    generation: Generation = "roomos11"
    slow: float = 0.0  # seconds that every answer takes
    sessions: set[str] = field(default_factory=set)
    bad_logins: int = 0
    locked_until: float = 0.0
    commands: list[str] = field(default_factory=list)  # whatever was asked to change
    crowded: bool = False  # every session is taken, by others
    feedback: dict[int, Slot] = field(default_factory=lambda: {3: Slot(_TMS)})

    def answer(self, ask: Ask) -> Reply:
        """Answer one request."""
        refusal = self._refusal(ask)
        if refusal is not None:
            return refusal
        if ask.method == "POST" and ask.path.startswith("/xmlapi/session/"):
            return self._session(ask)
        if ask.method == "POST" and ask.path == "/putxml":
            self.commands.append(ask.body.decode("utf-8", "replace"))
            return _xml(Element("Command"))
        if ask.method != "GET" or ask.path not in {"/status.xml", "/getxml"}:
            return Reply(404)
        location = "/Status" if ask.path == "/status.xml" else ask.query.get("location", "")
        return self._timed(self._subtree(location))

    def _timed(self, reply: Reply) -> Reply:
        leg = self._leg()
        connecting = leg is not None and self._state(leg) == "Connecting"
        delay = max(self.slow, _BUSY if connecting else 0.0)
        return Reply(reply.status, reply.body, reply.kind, reply.headers, delay)

    def _refusal(self, ask: Ask) -> Reply | None:
        if self.stage.clock.monotonic() < self.locked_until:
            return Reply(403, b"Forbidden")
        cookie = ask.headers.get("cookie", "").removeprefix("SecureSessionId=")
        if cookie in self.sessions:
            return None
        shown = shown_login(ask)
        if shown == (self.stage.user, self.stage.password):
            self.bad_logins = 0
            return Reply(403, b"Too many sessions") if self.crowded else None
        if shown is not None:
            self.bad_logins += 1
            if self.bad_logins >= _BAD_LOGINS:
                self.locked_until = self.stage.clock.monotonic() + _LOCKED
        return UNAUTHORISED

    def _session(self, ask: Ask) -> Reply:
        if ask.path.endswith("/end"):
            self.sessions.discard(ask.headers.get("cookie", "").removeprefix("SecureSessionId="))
            return Reply(204)
        if len(self.sessions) >= _SESSIONS:
            return Reply(403, b"Too many sessions")
        made = secrets.token_hex(16)
        self.sessions.add(made)
        return Reply(204, headers=(("Set-Cookie", f"SecureSessionId={made}; Path=/; HttpOnly"),))

    def _subtree(self, location: str) -> Reply:
        words = [word for word in location.split("/") if word]
        if not words or words[0] != "Status":
            return Reply(400, b"<Error>No match on address expression</Error>", "text/xml")
        whole = self._status()
        kept = Element("Status", dict(whole.items()))
        into, source = kept, whole
        for depth, word in enumerate(words[1:], 2):
            found = source.findall(word)
            if not found:
                empty = Element("EmptyResult") if self.generation == "tc7" else kept
                return _xml(empty)
            if depth == len(words):
                into.extend(found)
            else:
                into = SubElement(into, word)
                source = found[0]
        return _xml(whole if len(words) == 1 else kept)

    # The status tree

    def _leg(self) -> Leg | None:
        self.stage.calls.settle()
        return self.stage.calls.legs.get(self.stage.device)

    def _state(self, leg: Leg) -> str:
        age = self.stage.clock.monotonic() - leg.began
        return "Connected" if age >= _CONNECTING else "Connecting"

    def _status(self) -> Element:
        version, api, _ = _VERSIONS[self.generation]
        root = Element("Status", {"product": "Cisco Codec", "version": version, "apiVersion": api})
        leg = self._leg()
        self._sound(root)
        if leg is not None:
            self._call(root, leg)
        self._cameras(root)
        self._conference(root)
        self._diagnostics(root)
        for number, slot in sorted(self.feedback.items()):
            made = SubElement(root, "HttpFeedback", {"item": str(number), "maxOccurrence": "n"})
            _put(made, "Status", slot.status)
            _put(made, "URL", slot.url)
        self._registration(root)
        if leg is not None and self._state(leg) == "Connected":
            media = SubElement(root, "MediaChannels")
            call = SubElement(media, "Call", {"item": str(leg.number), "maxOccurrence": "n"})
            for channel in leg.channels:
                (self._old_channel if self.generation == "tc7" else self._channel)(call, channel)
        _put(root, "NetworkServices/NTP/Status", "Synced")
        self._peripherals(root)
        condition = self.stage.calls.condition(self.stage.device)
        _put(root, "Standby/State", "Off" if condition.awake else "Standby")
        self._unit(root, leg)
        self._video(root)
        return root

    def _sound(self, root: Element) -> None:
        condition = self.stage.calls.condition(self.stage.device)
        audio = SubElement(root, "Audio")
        muted = "On" if condition.microphone_muted else "Off"
        _put(audio, "Microphones/Mute", muted)
        _put(audio, "Volume", "55")
        microphone = SubElement(_at(audio, "Input/Connectors"), "Microphone", {"item": "1"})
        _put(
            microphone, "ConnectionStatus", "Connected" if condition.microphone else "NotConnected"
        )

    def _call(self, root: Element, leg: Leg) -> None:
        call = SubElement(root, "Call", {"item": str(leg.number), "maxOccurrence": "n"})
        duration = int(self.stage.clock.monotonic() - leg.began)
        kbps = str(int(leg.rate / 1000))
        for name, value in (
            ("AnswerState", "Answered"),
            ("CallType", "Video"),
            ("CallbackNumber", f"sip:{leg.conference}@hoinghi.example"),
            ("DeviceType", "MCU"),
            ("Direction", "Outgoing"),
            ("DisplayName", leg.conference),
            ("Duration", str(duration)),
            ("Encryption/Type", "AES-128"),
            ("Protocol", "SIP"),
            ("ReceiveCallRate", kbps),
            ("RemoteNumber", f"{leg.conference}@hoinghi.example"),
            ("Status", self._state(leg)),
            ("TransmitCallRate", kbps),
        ):
            _put(call, name, value)

    def _channel(self, call: Element, channel: Channel) -> None:
        made = SubElement(call, "Channel", {"item": str(channel.number), "maxOccurrence": "n"})
        kind = _TYPES[channel.media]
        _put(made, "Direction", "Incoming" if channel.way == "down" else "Outgoing")
        _put(made, "Encryption", "On")
        _put(made, "Type", kind)
        self._netstat(made, channel)
        self._codec(SubElement(made, kind), channel)

    def _old_channel(self, call: Element, channel: Channel) -> None:
        """TC software has an element for each kind and direction."""
        way = "Incoming" if channel.way == "down" else "Outgoing"
        name = f"{way}{_TYPES[channel.media]}Channel"
        made = SubElement(call, name, {"item": str(channel.number), "maxOccurrence": "n"})
        self._codec(made, channel)
        self._netstat(made, channel)

    def _netstat(self, made: Element, channel: Channel) -> None:
        received, lost = channel.counted
        outgoing = channel.way == "up"
        stats = SubElement(made, "Netstat", {"item": "1"} if self.generation == "tc7" else {})
        packets = received + lost if outgoing else received
        _put(stats, "Bytes", str(int(packets * channel.bits / 8 / channel.per_second)))
        _put(stats, "ChannelRate", str(int(channel.bits)))
        _put(stats, "Jitter", str(round(channel.jitter * 1000)))
        _put(stats, "Loss", str(lost))
        _put(stats, "MaxJitter", str(round(channel.jitter * 1500)))
        _put(stats, "Packets", str(packets))
        if self.generation == "tc7":
            return
        if outgoing:
            _put(stats, "RoundTripTime", str(round(channel.round_trip * 1000)))
        elif self.generation == "roomos11":
            _put(stats, "EndToEndDelay", str(round(channel.round_trip * 500)))
        if self.generation == "roomos11":
            window = channel.per_second * _INTERVAL
            gone = int(window * channel.quality.loss)
            _put(stats, "LastIntervalLost", str(gone))
            _put(stats, "LastIntervalReceived", str(int(window) - gone))

    def _codec(self, made: Element, channel: Channel) -> None:
        if channel.media == "audio":
            _put(made, "Protocol", "AACLD")
            return
        role = "Presentation" if channel.media == "content" else "Main"
        for name, value in (
            ("ChannelRole", role),
            ("FrameRate", "5" if channel.media == "content" else "30"),
            ("Protocol", "H264"),
            ("ResolutionX", "1280"),
            ("ResolutionY", "720"),
        ):
            _put(made, name, value)

    def _cameras(self, root: Element) -> None:
        connected = self.stage.calls.condition(self.stage.device).camera
        camera = SubElement(_at(root, "Cameras"), "Camera", {"item": "1", "maxOccurrence": "n"})
        _put(camera, "Connected", "True" if connected else "False")
        _put(camera, "Model", "Precision 60")

    def _conference(self, root: Element) -> None:
        condition = self.stage.calls.condition(self.stage.device)
        active = "Active" if condition.do_not_disturb else "Inactive"
        _put(root, "Conference/DoNotDisturb", active)

    def _diagnostics(self, root: Element) -> None:
        condition = self.stage.calls.condition(self.stage.device)
        said = []
        if not condition.camera:
            said.append(("Error", "CameraDetected", "No camera is detected"))
        if not condition.display:
            said.append(("Warning", "MissingDisplay", "No display is connected"))
        if not condition.registered:
            said.append(("Error", "SIPProfileRegistration", "The SIP profile is not registered"))
        if any(slot.status == "Failed" for slot in self.feedback.values()):
            said.append(("Warning", "HTTPFeedbackFailed", "A feedback URL cannot be reached"))
        if condition.hot:
            said.append(("Critical", "TemperatureCheck", "The temperature is too high"))
        tree = SubElement(root, "Diagnostics")
        for item, (level, kind, text) in enumerate(said, 1):
            made = SubElement(tree, "Message", {"item": str(item), "maxOccurrence": "n"})
            _put(made, "Description", text)
            _put(made, "Level", level)
            _put(made, "Type", kind)

    def _registration(self, root: Element) -> None:
        registered = self.stage.calls.condition(self.stage.device).registered
        _put(root, "H323/Mode/Status", "Disabled")
        _put(root, "H323/Gatekeeper/Status", "Inactive")
        sip = SubElement(root, "SIP")
        if self.generation == "tc7":
            sip = SubElement(sip, "Profile", {"item": "1", "maxOccurrence": "1"})
        made = SubElement(sip, "Registration", {"item": "1", "maxOccurrence": "n"})
        _put(made, "Reason", "" if registered else "Timeout")
        _put(made, "Status", "Registered" if registered else "Failed")
        _put(made, "URI", f"{self.stage.device}@hoinghi.example")

    def _peripherals(self, root: Element) -> None:
        tree = _at(root, "Peripherals")
        made = SubElement(tree, "ConnectedDevice", {"item": "1000", "maxOccurrence": "n"})
        for name, value in (
            ("ID", "00:50:60:00:00:01"),
            ("Name", "Cisco Touch 10"),
            ("Status", "Connected"),
            ("Type", "TouchPanel"),
        ):
            _put(made, name, value)

    def _unit(self, root: Element, leg: Leg | None) -> None:
        version, _, product = _VERSIONS[self.generation]
        condition = self.stage.calls.condition(self.stage.device)
        unit = SubElement(root, "SystemUnit")
        _put(
            unit,
            "Hardware/Module/SerialNumber",
            f"FTT{crc32(self.stage.device.encode()) % 10**8:08d}",
        )
        hot = "Critical" if condition.hot else "Normal"
        _put(unit, "Hardware/Monitoring/Temperature/Status", hot)
        _put(unit, "ProductId", product)
        _put(unit, "Software/Version", version)
        _put(unit, "State/NumberOfActiveCalls", "1" if leg else "0")
        asleep = "Initialized" if condition.awake else "Sleeping"
        _put(unit, "State/System", "InCall" if leg else asleep)
        _put(unit, "Uptime", str(int(self.stage.clock.monotonic()) + 86_400))

    def _video(self, root: Element) -> None:
        condition = self.stage.calls.condition(self.stage.device)
        video = SubElement(root, "Video")
        _put(video, "Input/MainVideoMute", "On" if condition.video_muted else "Off")
        output = SubElement(_at(video, "Output"), "Connector", {"item": "1", "maxOccurrence": "n"})
        _put(output, "Connected", "True" if condition.display else "False")
        _put(output, "MonitorRole", "First")


def _at(into: Element, path: str) -> Element:
    for name in path.split("/"):
        found = into.find(name)
        into = SubElement(into, name) if found is None else found
    return into


def _put(into: Element, path: str, value: str) -> None:
    _at(into, path).text = value


def _xml(root: Element) -> Reply:
    return Reply(200, tostring(root, encoding="utf-8", xml_declaration=True), "text/xml")
