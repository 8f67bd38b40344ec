"""Is the Poly codec (Studio X, G7500) registered, in a call, and how does the call go? REST.

A session for each look, ended with it: units with sessions left open have been seen to stop
answering until they were switched off and on. Sources: captures of VideoOS 3.x and 4.x in an open
adapter; field reports.
"""

import json
from collections.abc import Iterator

from collectors._net.trouble import trouble
from collectors._vc import metrics
from collectors._vc.facts import Call, Direction, Endpoint, Fault, Media, Peripheral, Stream
from collectors._vc.guest import Answer, Guest
from collectors._vc.looking import looked
from collectors._vc.markup import share
from collectors._vc.notation import (
    Json,
    Record,
    listed,
    number,
    parsed,
    record,
    records,
    truth,
    wanted,
    words,
)
from collectors._vc.params import VcParams
from core.collector import Collector, Kit, Transcript
from core.reading import FailureKind, Reading
from core.text import Text
from core.watching import Check

_FORBIDDEN, _NOT_FOUND = 403, 404
_UP = {"up", "all_up", "online"}
_UNUSED = {"off", "disabled", ""}
_PROTOCOLS = {"gatekeeper": "h323", "sipserver": "sip"}
_PARTS = {"mr.camera": "camera", "mr.audio": "microphone"}
_WAYS = {"RX": Direction.RX, "TX": Direction.TX}
_MEDIA = {"AUDIO": Media.AUDIO, "VIDEO": Media.VIDEO, "CONTENT": Media.CONTENT}


class Params(VcParams):
    """What may be set."""


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Log in, read, log out."""
    params = Params.model_validate(dict(check.params))
    port = 443 if params.scheme == "https" else 80
    return await looked(check, kit, transcript, params, _visit, port=port, keep=False)


class _Session:
    """A session at the unit: what its requests bear."""

    def __init__(self, guest: Guest, identity: str, token: str) -> None:
        self._guest = guest
        self._headers = {"Cookie": f"session_id={identity}; XSRF-TOKEN={token}"}
        self._headers["x-xsrf-token"] = token

    async def get(self, path: str) -> Json:
        """Return a resource, None where this software has none (or the call has just ended)."""
        gone = (_NOT_FOUND, _FORBIDDEN)
        answer = await self._guest.get(f"/rest/{path}", headers=self._headers, also=gone)
        if answer.status == _FORBIDDEN:  # no refusal of our login, which was good a moment ago
            raise trouble(FailureKind.PROTOCOL, "the session ended while we were reading")
        return parsed(answer.octets) if answer.status != _NOT_FOUND else None

    async def listed(self, path: str) -> list[Record]:
        """Return the objects of a resource that is a list, none where this software has none."""
        found = await self.get(path)
        return listed(found, f"/rest/{path}") if found is not None else []

    async def end(self) -> None:
        """Log out."""
        await self._guest.ask("DELETE", "/rest/session", headers=self._headers)


async def _begun(guest: Guest) -> _Session:
    if guest.login is None:
        raise trouble(FailureKind.LOCAL, "no secret is named: this equipment wants a login")
    shown = {"user": guest.login.user, "password": guest.login.password}
    answer = await guest.ask(
        "POST",
        "/rest/session",
        body=json.dumps(shown).encode(),
        headers={"Content-Type": "application/json"},
        basic=False,
    )
    # The cookie shows that a session was begun, and is to end, whatever the body turns out to be.
    cookie = answer.cookies.get("session_id", "")
    if cookie:
        guest.farewell = _session(guest, answer, cookie).end
    said = wanted(parsed(answer.octets), "the answer to the login")
    identity = words(record(said, "session"), "sessionId")
    if not identity:
        raise guest.unwelcome("the login brought no session")
    session = _session(guest, answer, cookie or identity)
    guest.farewell = session.end
    return session


def _session(guest: Guest, answer: Answer, identity: str) -> _Session:
    return _Session(guest, identity, answer.cookies.get("XSRF-TOKEN", identity))


async def _visit(guest: Guest) -> Endpoint:
    session = await _begun(guest)
    system = wanted(await session.get("system"), "/rest/system")
    states = dict(_states(await session.listed("system/status")))
    audio = await session.get("audio")
    mute = await session.get("video/local/mute")
    calls = [
        _call(
            conference,
            await session.listed(f"conferences/{words(conference, 'id')}/mediastats"),
            guest,
        )
        for conference in await session.listed("conferences")
        if truth(conference, "isActive") is not False
    ]
    microphones = number(audio, "numOfMicsConnected")
    peripherals = [
        Peripheral(kind, "any", states[name] in _UP)
        for name, kind in _PARTS.items()
        if states.get(name, "") not in _UNUSED and not (kind == "microphone" and microphones)
    ]
    if microphones:
        peripherals.append(Peripheral("microphone", "any", connected=True))
    state = words(system, "state")
    time_server = words(system, "timeServerState")
    return Endpoint(
        product=words(system, "model"),
        software=words(system, "softwareVersion"),
        serial=words(system, "serialNumber"),
        uptime=number(system, "uptime"),
        faults=list(_faults(states)),
        registered={
            protocol: states[name] in _UP
            for name, protocol in _PROTOCOLS.items()
            if states.get(name, "") not in _UNUSED
        },
        calls=calls,
        standby=state == "ASLEEP" if state else None,
        microphone_muted=truth(audio, "muted"),
        video_muted=truth(mute, "result"),
        clock=time_server == "TIMESERVER_UP" if time_server else None,
        reboot=truth(system, "rebootNeeded"),
        peripherals=peripherals,
    )


def _states(rows: list[Record]) -> Iterator[tuple[str, str]]:
    """Yield what `/rest/system/status` says: name and state, the worst of several."""
    for row in rows:
        said = row.get("stateList")
        states = [str(one) for one in said] if isinstance(said, list) and said else [""]
        bad = [state for state in states if state not in _UP]
        yield words(row, "name").removeprefix("system.status."), (bad or states)[0]


def _faults(states: dict[str, str]) -> Iterator[Fault]:
    for name, state in states.items():
        if state == "down":
            yield Fault("error", name)


def _call(conference: Record, stats: list[Record], guest: Guest) -> Call:
    terminal = next(records(conference.get("terminals")), {})
    connection = next(records(conference.get("connections")), {})
    began = number(conference, "startTime")
    return Call(
        key=words(conference, "id"),
        remote=words(terminal, "address") or words(terminal, "systemID"),
        protocol=words(connection, "callInfo").lower(),
        duration=guest.clock.now().timestamp() - began / 1000 if began else None,
        streams=list(_streams(stats)),
    )


def _streams(stats: list[Record]) -> Iterator[Stream]:
    for place, row in enumerate(stats):
        direction = _WAYS.get(words(row, "mediaDirection"))
        media = _MEDIA.get(words(row, "mediaType"))
        if direction is None or media is None:
            continue
        loss, jitter = number(row, "percentPacketLoss"), number(row, "jitter")
        rate = number(row, "actualBitRate")
        width, _, height = words(row, "mediaFormat").partition("x")
        picture = media is not Media.AUDIO
        yield Stream(
            media,
            direction,
            key=str(place),
            loss=share(loss),
            jitter=jitter / 1000 if jitter is not None else None,
            bits=rate * 1000 if rate is not None else None,
            frames=number(row, "actualFrameRate") if picture else None,
            width=int(width) if width.isdecimal() else None,
            height=int(height) if height.isdecimal() else None,
        )


COLLECTOR = Collector(
    name="poly_videoos",
    help=Text(
        vi="Thiết bị Poly đã đăng ký chưa, có đang họp không, hình và tiếng thế nào?",
        en="Is the Poly codec registered, in a call, and how does the call go?",
    ),
    params=Params,
    emits=metrics.EQUIPMENT,
    look=look,
    interval=30.0,
    pause=30.0,  # units that were asked more often have been seen to lock up
    timeout=10.0,
)
