"""Is the Lifesize in a call, with whom, muted, asleep? Its command line over telnet (TCP 23).

Room, Team, Express and Icon; the secret is `user:password` (the user for automation is `auto`).
Only `get` and `status` are asked. Sources: the vendor's CLI documents, two open connectors; quality
(`status call statistics`) is not read, its columns are not documented. SSH is not spoken.
"""

import asyncio
from collections.abc import Iterator

from pydantic import Field

from collectors._net.names import places
from collectors._net.stream import connect
from collectors._net.trouble import Trouble, failure_of, out_of_time, trouble
from collectors._vc import metrics
from collectors._vc.facts import Call, Endpoint, Fault
from collectors._vc.lines import Lines
from collectors._vc.looking import Course, concluded
from collectors._vc.manners import manners_of
from collectors._vc.tape import Tape
from collectors._vc.telling import before_of, samples
from core.collector import Collector, Kit, Transcript
from core.model import Model
from core.reading import Failure, FailureKind, Reading, Sample
from core.text import Text
from core.watching import Check

_LOGIN, _PASSWORD, _SHELL = "login:", "password:", "$"
_ICON = "media-connected"  # as an Icon calls it, which has the far end one field later
_CONNECTED = {"connected", "call encrypted", "call not encrypted", _ICON}
_CONNECTED |= {"far end mute", "far end unmute", "far end hold", "far end resume"}
_PUBLISHED = "auto:lifesize"  # the login that the vendor's documents print
_STATE, _INCOMING, _REMOTE, _PROTOCOL, _LASTS = 2, 3, 5, 8, 10  # fields of an active call


class Params(Model):
    """What may be set."""

    port: int = Field(
        default=23,
        ge=1,
        le=65535,
        description="TCP port of telnet",
        json_schema_extra={"vi": "Cổng TCP của telnet"},
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
    if check.secret is None:
        raise trouble(FailureKind.LOCAL, "no secret is named: user:password")
    secret = (kit.secrets.reveal(check.secret) or "").strip()
    user, colon, password = secret.partition(":")
    if not colon:
        raise trouble(FailureKind.LOCAL, f"the secret {check.secret} is no user:password")
    manners, device = manners_of(kit), f"{check.address} port {params.port}"
    resting = manners.rest(device, secret)
    if resting is not None:
        raise Trouble(resting)
    connection, _ = await connect(
        kit.sockets, await places(check.address), params.port, check.timeout, transcript
    )
    with connection, Tape(kit) as tape:
        lines = Lines(connection, transcript, tape, (_LOGIN, _PASSWORD, _SHELL))
        if await _wants_password(lines, user):
            with manners.showing(device, secret, limit):
                await _enter(lines, password)
        manners.welcome(device, secret)
        return await _endpoint(lines, published=secret == _PUBLISHED)


async def _wants_password(lines: Lines, user: str) -> bool:
    """Wait for the shell, or for the prompt that may come before it; say who we are."""
    while (said := await lines.line()) != _SHELL:
        if said == _PASSWORD:
            return True
        if said == _LOGIN:
            await lines.say(user, secret=True)
    return False


async def _enter(lines: Lines, password: str) -> None:
    """Give the password, this once; Trouble if it is not taken."""
    await lines.say(password, secret=True)
    while (said := await lines.line()) != _SHELL:
        if said in {_LOGIN, _PASSWORD} or "incorrect" in said.lower():
            raise trouble(FailureKind.AUTH, "the login is refused")


async def _endpoint(lines: Lines, *, published: bool) -> Endpoint:
    model = _second(await _asked(lines, "get system model"))
    asleep = await _asked(lines, "get system asleep")
    quiet = await _asked(lines, "get system do-not-disturb")
    muted = await _asked(lines, "get audio mute")
    version = await _asked(lines, "get system version")
    calls = await _asked(lines, "status call active")
    return Endpoint(
        product=f"Lifesize {model}".strip(),
        software=_second(version),
        faults=[Fault("warning", "the login is the published one")] if published else [],
        calls=list(_calls(calls)) if calls is not None else None,
        standby=asleep == ["1"] if asleep else None,
        do_not_disturb=quiet == ["enabled"] if quiet else None,
        microphone_muted=muted == ["on"] if muted else None,
    )


async def _asked(lines: Lines, command: str) -> list[str] | None:
    """Return the lines of an answer; None if this model does not know the command."""
    await lines.say(command)
    found: list[str] = []
    while True:
        said = (await lines.line()).removeprefix(_SHELL).strip()
        if said.startswith("ok,"):
            return found
        if said.startswith("error,"):
            return None
        first = said.partition(",")[0]
        unasked = len(first) == 2 and first.isupper()  # noqa: PLR2004  (CS, IC, MS, VC …)
        if said and said != command and not unasked:
            found.append(said)


def _second(answer: list[str] | None) -> str:
    """Return the second field of an answer's first line, else the first."""
    fields = answer[0].split(",") if answer else [""]
    return fields[min(1, len(fields) - 1)].strip()


def _calls(answer: list[str]) -> Iterator[Call]:
    for line in answer:
        fields = [field.strip() for field in line.split(",")]
        if len(fields) <= _REMOTE + 1 or fields[_STATE].lower() not in _CONNECTED:
            continue
        fields += [""] * (_LASTS + 1 - len(fields))
        yield Call(
            key=fields[0],
            remote=fields[_REMOTE + (fields[_STATE].lower() == _ICON)],
            protocol=fields[_PROTOCOL].lower(),
            origin="incoming" if fields[_INCOMING] == "Yes" else "outgoing",
            duration=_seconds(fields[_LASTS]),
        )


def _seconds(clock: str) -> float | None:
    """Return `hh:mm:ss` in seconds, None if it is none."""
    parts = clock.split(":")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):  # noqa: PLR2004
        return None
    hours, minutes, seconds = map(int, parts)
    return float(hours * 3600 + minutes * 60 + seconds)


COLLECTOR = Collector(
    name="lifesize",
    help=Text(
        vi="Lifesize có đang họp không, với ai, tắt tiếng hay đang ngủ? (chưa xác nhận)",
        en="Is the Lifesize in a call, with whom, muted, asleep? (unconfirmed)",
    ),
    params=Params,
    emits=metrics.EQUIPMENT,
    look=look,
    interval=30.0,
    timeout=10.0,
)
