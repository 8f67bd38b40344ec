"""Is the Yealink VC awake, in a call, muted, refusing calls? Its ASCII interface on TCP 6024.

Only questions are asked (`sysstatus get`, `mute near get`, `donotdisturb global get`). Commands are
the vendor's; replies are as two integrators' drivers read them: unconfirmed. Registration, far end
and quality are not told here: ask the registrar, and the bridge.
"""

import asyncio
import re

from pydantic import Field

from collectors._net.names import places
from collectors._net.stream import connect
from collectors._net.trouble import Trouble, failure_of, out_of_time, trouble
from collectors._vc import metrics
from collectors._vc.facts import Call, Endpoint
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

_PASSWORD = "password:"  # noqa: S105  (the prompt)
_GREETING = 1.0  # seconds in which a codec says something of itself
_STATES = {  # what it is doing → (asleep, in a call)
    "sleeping": (True, False),
    "idle": (False, False),
    "outgoing": (False, False),
    "ringing": (False, False),
    "finished": (False, False),
    "talking": (False, True),
    "talking max": (False, True),
}
_ABOUT = re.compile(r"\b(model|firmware)\W{1,3}([\w.-]+)")


class Params(Model):
    """What may be set."""

    port: int = Field(
        default=6024, ge=1, le=65535, description="TCP port", json_schema_extra={"vi": "Cổng TCP"}
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
    password = kit.secrets.reveal(check.secret) if check.secret is not None else None
    if check.secret is not None and password is None:
        raise trouble(FailureKind.LOCAL, f"no secret {check.secret} is set")
    resting = manners.rest(device, password)
    if resting is not None:
        raise Trouble(resting)
    connection, _ = await connect(
        kit.sockets, await places(check.address), params.port, check.timeout, transcript
    )
    with connection, Tape(kit) as tape:
        lines = Lines(connection, transcript, tape, (_PASSWORD,))
        about = await lines.line_within(min(_GREETING, check.timeout / 4))
        if about == _PASSWORD:
            if not password:
                said = "it wants a password, and no secret is named"
                raise Trouble(manners.refused(device, password, said))
            with manners.showing(device, password, limit):
                await lines.say(password.strip(), secret=True)
                about = await lines.line()
                if about == _PASSWORD:
                    raise trouble(FailureKind.AUTH, "the password is refused")
            manners.welcome(device, password)
        return await _endpoint(lines, about)


async def _endpoint(lines: Lines, about: str) -> Endpoint:
    state = await _asked(lines, "sysstatus get")
    asleep, talking = _STATES.get(state, (None, None))
    if talking is None:
        raise trouble(FailureKind.PROTOCOL, f"sysstatus {state[:40]!r} is not known")
    known = dict(_ABOUT.findall(about))
    return Endpoint(
        product=f"Yealink {known['model']}" if "model" in known else "Yealink VC",
        software=known.get("firmware", ""),
        standby=asleep,
        calls=[Call(key="1", remote="")] if talking else [],
        microphone_muted=await _asked(lines, "mute near get") == "on",
        do_not_disturb=await _asked(lines, "donotdisturb global get") == "on",
    )


async def _asked(lines: Lines, command: str) -> str:
    """Return what follows the command's own words in its reply; feedback is passed over."""
    await lines.say(command)
    while True:
        said = await lines.line()
        if said.startswith(command):
            return said.removeprefix(command).strip()
        if said.startswith("error:"):
            raise trouble(FailureKind.PROTOCOL, f"to {command!r} it says {said[:80]!r}")


COLLECTOR = Collector(
    name="yealink_text",
    help=Text(
        vi="Yealink VC đang thức, đang họp, tắt tiếng hay từ chối cuộc gọi? (chưa xác nhận)",
        en="Is the Yealink VC awake, in a call, muted or refusing calls? (unconfirmed)",
    ),
    params=Params,
    emits=metrics.EQUIPMENT,
    look=look,
    interval=30.0,
    timeout=10.0,
)
