"""Is the Polycom Group or HDX registered, in a call, and how does it go? Its text interface.

TCP 24, one session that ends with the look; only questions (`status`, `callinfo all`, `netstats` …)
are asked. Sources: the integrator's manual, an open adapter. Loss is the codec's own percentage.
"""

import asyncio
import re
from collections.abc import Iterator, Mapping

from pydantic import Field

from collectors._net.names import places
from collectors._net.stream import connect
from collectors._net.trouble import Trouble, failure_of, out_of_time, trouble
from collectors._polycom.session import Session
from collectors._vc import metrics
from collectors._vc.facts import Call, Direction, Endpoint, Fault, Media, Peripheral, Stream
from collectors._vc.looking import Course, concluded
from collectors._vc.manners import manners_of
from collectors._vc.markup import quantity, share
from collectors._vc.tape import Tape
from collectors._vc.telling import before_of, samples
from core.collector import Collector, Kit, Transcript
from core.model import Model
from core.reading import Failure, FailureKind, Reading, Sample
from core.text import Text
from core.watching import Check

_IDLE = "system is not in a call"
_CALL = re.compile(r"callinfo:(\d+):(.*):(\d+):(\w+):(\w+):(\w+):(\w+)")
_STAT = re.compile(r"(%?\w+):\s*(.*?)(?=\s+%?\w+:|$)")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_UP = {"online", "up"}
_LINES = {"sipserver": "sip", "gatekeeper": "h323"}
_FAULTS = ("ipnetwork", "microphones")


class Params(Model):
    """What may be set."""

    port: int = Field(
        default=24, ge=1, le=65535, description="TCP port", json_schema_extra={"vi": "Cổng TCP"}
    )


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Hold one session."""
    params = Params.model_validate(dict(check.params))
    at, begun = kit.clock.now(), kit.clock.monotonic()
    failure: Failure | None = None
    told: list[Sample] = []
    try:
        async with asyncio.timeout(check.timeout) as limit:
            found = await _visited(check, params, kit, transcript, limit)
        told = samples(check, found, before_of(kit, check))
    except TimeoutError:
        failure = out_of_time(check.timeout)
    except Trouble as refusal:
        failure = refusal.failure
    except OSError as error:
        failure = failure_of(error)
    return concluded(check, Course(at, begun, told, failure), kit, transcript)


async def _visited(
    check: Check, params: Params, kit: Kit, transcript: Transcript, limit: asyncio.Timeout
) -> Endpoint:
    manners, device = manners_of(kit), f"{check.address} port {params.port}"
    password = None
    if check.secret is not None:
        password = kit.secrets.reveal(check.secret)
        if password is None:
            raise trouble(FailureKind.LOCAL, f"no secret {check.secret} is set")
        password = password.strip()
    resting = manners.rest(device, password)
    if resting is not None:
        raise Trouble(resting)
    found = await places(check.address)
    connection, _ = await connect(kit.sockets, found, params.port, check.timeout, transcript)
    with connection, Tape(kit) as tape:
        session = Session(connection, transcript, tape)
        if await session.wants_password():
            if password is None:
                said = "it wants a password, and no secret is named"
                raise Trouble(manners.refused(device, password, said))
            with manners.showing(device, password, limit):
                await session.enter(password)
        manners.welcome(device, password)
        return await _endpoint(session)


async def _endpoint(session: Session) -> Endpoint:
    about = _fields(await session.ask("whoami", lambda line: line.startswith("SNMP Enabled")))
    status = dict(
        line.rsplit(" ", 1)
        for line in await session.ask("status", lambda line: line == "status end")
        if " " in line
    )
    calls = await _calls(session)
    mute = await session.ask("mute near get", lambda line: line.startswith("mute near"))
    video = await session.ask("videomute near get", lambda line: line.startswith("videomute near"))
    microphones = status.get("microphones")
    time_service = about.get("SNTP Time Service")
    return Endpoint(
        product=about.get("Model", ""),
        software=about.get("Software Version", ""),
        serial=about.get("Serial Number", ""),
        faults=[
            Fault("error", name) for name in _FAULTS if name in status and status[name] not in _UP
        ],
        registered=dict(_registered(status, about)),
        calls=calls,
        microphone_muted=mute[-1].endswith(" on"),
        video_muted=video[-1].endswith(" on"),
        clock=None if time_service is None else time_service.lower() != "off",
        peripherals=[Peripheral("microphone", "any", microphones in _UP)] if microphones else [],
    )


def _fields(lines: list[str]) -> Mapping[str, str]:
    """Return `Name: value` lines."""
    return {name.strip(): value.strip() for name, _, value in (x.partition(":") for x in lines)}


def _registered(status: Mapping[str, str], about: Mapping[str, str]) -> Iterator[tuple[str, bool]]:
    """Yield the protocols in use: a gatekeeper where H.323 is enabled, a SIP server as told."""
    for name, protocol in _LINES.items():
        unused = protocol == "h323" and about.get("H323 Enabled", "").lower() == "false"
        if name in status and not unused:
            yield protocol, status[name] in _UP


async def _calls(session: Session) -> list[Call]:
    lines = await session.ask(
        "callinfo all", lambda line: line == "callinfo end" or line.startswith(_IDLE)
    )
    rows = [row for line in lines if (row := _CALL.fullmatch(line)) is not None]
    connected = [row for row in rows if row[4] == "connected"]
    if not connected:
        return []
    stats = await _stats(session, "advnetstats", "ccaps:")
    stats |= await _stats(session, "netstats", "rcp:")
    found = [_call(row) for row in connected]
    found[0].streams = list(_streams(stats))  # both commands speak of the first call
    return found


async def _stats(session: Session, command: str, last: str) -> dict[str, str]:
    lines = await session.ask(command, lambda line: last in line or line.startswith(_IDLE))
    return dict(_STAT.findall(lines[-1]))


def _call(row: "re.Match[str]") -> Call:
    """Read a line of callinfo from both ends: names may hold colons."""
    _, _, number = row[2].rpartition(":")
    rate = float(row[3]) * 1000
    return Call(key=row[1], remote=number, origin=row[6], bits_rx=rate, bits_tx=rate)


def _streams(stats: Mapping[str, str]) -> Iterator[Stream]:
    percent = _value(stats, "%pktloss")
    yield Stream(Media.ALL, Direction.RX, "all", loss=share(percent))
    for letter, direction in (("r", Direction.RX), ("t", Direction.TX)):
        for kind, media in (("a", Media.AUDIO), ("v", Media.VIDEO)):
            jitter = _value(stats, f"{letter}{kind}j")
            rate = _value(stats, f"{letter}{kind}r{'u' if kind == 'v' else ''}")
            width, _, height = stats.get(f"{letter}vf", "").strip().partition("x")
            picture = kind == "v"
            yield Stream(
                media,
                direction,
                key=letter + kind,
                jitter=jitter / 1000 if jitter is not None else None,
                bits=rate * 1000 if rate is not None else None,
                frames=_value(stats, f"{letter}vfr") if picture else None,
                width=int(width) if picture and width.isdecimal() else None,
                height=int(height) if picture and height.isdecimal() else None,
            )


def _value(stats: Mapping[str, str], name: str) -> float | None:
    """Return the number of a figure, its unit left out; `-` and what is missing are None."""
    found = _NUMBER.match(stats.get(name, "").strip())
    return quantity(found[0]) if found else None


COLLECTOR = Collector(
    name="polycom_text",
    help=Text(
        vi="Polycom Group, HDX đã đăng ký chưa, có đang họp không, hình và tiếng thế nào?",
        en="Is the Polycom Group or HDX registered, in a call, and how does the call go?",
    ),
    params=Params,
    emits=metrics.EQUIPMENT,
    look=look,
    interval=30.0,
    timeout=10.0,
)
