"""A pretend Poly VideoOS codec (Studio X, G7500): its REST interface, sessions and bad habits.

Written from captures of software 3.x that an open adapter publishes, and from field reports:
accounts lock after five bad logins, and units that are left with open sessions stop answering.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar
from zlib import crc32

from lab.calls import Channel, Leg
from lab.emulators.answering import About, Ask, Reply, Stage, shown_login

_BAD_LOGINS = 5
_LOCKED = 600.0  # seconds
_LEAKS = 8  # sessions left open until the unit stops answering
_EPOCH = 1_700_000_000
_ABOUT = About(
    family="poly_videoos",
    source="captures of VideoOS 3.12 in an open adapter; POLY REST API field reports",
    guessed={
        "percentPacketLoss": "a share of 100 over the last seconds, not since the call began",
        "locking": "ten minutes after the fifth bad login, told as 403",
        "leaked sessions": "from the eighth on nothing is answered any more",
        "states": "system state AWAKE when it does not sleep",
        "connections": "callType and callInfo as in the captures' single example",
    },
)


@dataclass(slots=True)
class PolyVideoOs:
    """One codec."""

    about: ClassVar[About] = _ABOUT
    stage: Stage
    sessions: dict[str, str] = field(default_factory=dict)  # id → XSRF token
    bad_logins: int = 0
    locked_until: float = 0.0

    def answer(self, ask: Ask) -> Reply:
        """Answer one request."""
        if len(self.sessions) >= _LEAKS:
            return Reply(0)
        path = ask.path.removeprefix("/rest/").replace("current/", "", 1).strip("/")
        if path == "session" and ask.method == "POST":
            return self._begin(ask)
        session = _cookie(ask, "session_id")
        if path == "session" and ask.method == "DELETE":
            self.sessions.pop(session, None)
            return _json({"success": True})
        known = session in self.sessions and ask.headers.get("x-xsrf-token")
        if not known and not (ask.method == "GET" and self._basic(ask)):
            return Reply(403, b'{"reason":"NotAuthorized"}', "application/json")
        if ask.method != "GET":
            return Reply(405)
        self.stage.calls.settle()
        return self._resource(path)

    def _begin(self, ask: Ask) -> Reply:
        try:
            shown = json.loads(ask.body)
            good = (shown["user"], shown["password"]) == (self.stage.user, self.stage.password)
        except (ValueError, KeyError, TypeError):
            return Reply(400)
        now = self.stage.clock.monotonic()
        self.bad_logins = 0 if good and now >= self.locked_until else self.bad_logins + (not good)
        if self.bad_logins >= _BAD_LOGINS:
            self.locked_until = now + _LOCKED
        if not good or now < self.locked_until:
            said = {"success": False, "reason": "SessionLoginFailed", "session": None}
            return Reply(403, json.dumps(said).encode(), "application/json")
        made, token = "PSN" + secrets.token_hex(12), secrets.token_hex(8)
        self.sessions[made] = token
        said = {
            "success": True,
            "reason": "",
            "session": {"sessionId": made},
            "loginStatus": {"failedLogins": 0},
        }
        cookies = (
            ("Set-Cookie", f"session_id={made}; Path=/; Secure; HttpOnly"),
            ("Set-Cookie", f"XSRF-TOKEN={token}; Path=/; Secure"),
        )
        return Reply(200, json.dumps(said).encode(), "application/json", cookies)

    def _basic(self, ask: Ask) -> bool:
        return shown_login(ask) == (self.stage.user, self.stage.password)

    def _resource(self, path: str) -> Reply:
        leg = self.stage.calls.legs.get(self.stage.device)
        condition = self.stage.calls.condition(self.stage.device)
        if path.startswith("conferences/"):
            return self._conference(path, leg)
        if path == "cameras/contentstatus":
            return Reply(200, b"CONTENT_IDLE", "application/json")
        found: Mapping[str, object] = {
            "system": self._system(),
            "system/status": self._states(),
            "conferences": [self._brief(leg)] if leg else [],
            "audio": {
                "muteLocked": False,
                "muted": condition.microphone_muted,
                "numOfMicsConnected": int(condition.microphone),
                "volume": 39,
            },
            "video/local/mute": {"result": condition.video_muted},
            "system/sipservers": [
                {
                    "address": "10.75.0.10",
                    "model": "",
                    "state": "UP" if condition.registered else "DOWN",
                    "version": "",
                }
            ],
        }
        return _json(found[path]) if path in found else Reply(404)

    def _system(self) -> object:
        condition = self.stage.calls.condition(self.stage.device)
        return {
            "build": "366027",
            "hardwareVersion": "1",
            "lanStatus": {"duplex": "FULL", "speedMbps": 1000, "state": "LAN_UP"},
            "model": "StudioX50",
            "rebootNeeded": False,
            "serialNumber": f"8L{crc32(self.stage.device.encode()):010X}",
            "softwareVersion": "3.12.0",
            "state": "AWAKE" if condition.awake else "ASLEEP",
            "systemName": self.stage.device,
            "systemTime": (_EPOCH + int(self.stage.clock.monotonic())) * 1000,
            "timeOffset": 25_200_000,
            "timeServerState": "TIMESERVER_UP",
            "uptime": self.stage.clock.monotonic() + 86_400.31,
        }

    def _states(self) -> object:
        condition = self.stage.calls.condition(self.stage.device)
        registered = "up" if condition.registered else "down"
        rows = (
            ("gatekeeper", "off"),
            ("sipserver", registered),
            ("mr.camera", "all_up" if condition.camera else "down"),
            ("mr.audio", "up" if condition.microphone else "down"),
            ("ipnetwork", "up"),
            ("provisioning", "off"),
            ("calendar", "off"),
            ("remotecontrol", "up"),
        )
        return [
            {
                "langtag": f"{name.upper()}_HEADING",
                "name": f"system.status.{name}",
                "stateList": [state],
            }
            for name, state in rows
        ]

    def _brief(self, leg: Leg) -> object:
        began = _EPOCH + int(leg.began)
        far = f"{leg.conference}@hoinghi.example"
        return {
            "id": leg.number,
            "startTime": began * 1000,
            "isActive": True,
            "terminals": [{"address": far, "systemID": leg.conference}],
            "connections": [
                {
                    "id": 0,
                    "callType": "VIDEO",
                    "callInfo": "SIP",
                    "startTime": began * 1000,
                }
            ],
        }

    def _conference(self, path: str, leg: Leg | None) -> Reply:
        _, number, *rest = path.split("/")
        if leg is None or str(leg.number) != number:
            return Reply(404)
        if rest == ["mediastats"]:
            return _json([_stream(channel) for channel in leg.channels])
        return _json(self._brief(leg)) if not rest else Reply(404)


def _stream(channel: Channel) -> object:
    _, lost = channel.counted
    picture = channel.media != "audio"
    return {
        "mediaDirection": "RX" if channel.way == "down" else "TX",
        "mediaType": channel.media.upper(),
        "mediaAlgorithm": "H.264High" if picture else "Siren22",
        "mediaFormat": "1280x720" if picture else "",
        "actualBitRate": round(channel.bits / 1000),
        "actualFrameRate": 30 if picture else 0,
        "packetLoss": lost,
        "percentPacketLoss": round(channel.quality.loss * 100, 2),
        "jitter": round(channel.jitter * 1000),
    }


def _cookie(ask: Ask, name: str) -> str:
    pairs = (part.strip().partition("=") for part in ask.headers.get("cookie", "").split(";"))
    return next((value for key, _, value in pairs if key == name), "")


def _json(value: object) -> Reply:
    return Reply(200, json.dumps(value).encode(), "application/json")
