"""How many are in how many conferences on the Polycom RMX, and is it whole? SNMP.

Enterprise 13885, subtree 110.1. What each participant hears is told by its XML interface alone.
"""

from collectors._snmp import client
from collectors._snmp.agent import Trouble
from collectors._snmp.ber import Value
from collectors._snmp.client import agent_of, engine_of
from collectors._vc import metrics
from collectors._vc.facts import Bridge, Fault
from collectors._vc.looking import Course, concluded
from collectors._vc.telling import before_of, samples
from core.collector import Collector, Kit, Transcript
from core.reading import Failure, FailureKind, Reading, Sample
from core.text import Text
from core.watching import Check

_ROOT = "1.3.6.1.4.1.13885.110.1"
_VOICE, _VIDEO = f"{_ROOT}.4.4.1.1.0", f"{_ROOT}.4.4.2.1.0"
_CONFERENCES = f"{_ROOT}.5.1.0"
_PARTS = {f"{_ROOT}.3.2.1.0": "fan", f"{_ROOT}.3.3.1.0": "power", f"{_ROOT}.3.4.1.0": "board"}
_FAILED = 3  # 1 disabled, 2 ok
_ASKED = (_VOICE, _VIDEO, _CONFERENCES, *_PARTS)


class Params(client.Params):
    """What may be set."""


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Ask once."""
    params = Params.model_validate(dict(check.params))
    at, begun = kit.clock.now(), kit.clock.monotonic()
    failure: Failure | None = None
    told: list[Sample] = []
    try:
        agent, engine = await agent_of(check, kit, params), engine_of(kit)
        values = await engine.get(agent, engine.plan(_ASKED), params.patience)
        for oid, value in zip(_ASKED, values, strict=True):
            transcript.note("%s = %r", oid, value)
        told = samples(check, _bridge(values), before_of(kit, check))
    except Trouble as trouble:
        failure = trouble.failure
    return concluded(check, Course(at, begun, told, failure), kit, transcript)


def _bridge(values: list[Value]) -> Bridge:
    said = dict(zip(_ASKED, values, strict=True))
    legs = [value for oid in (_VOICE, _VIDEO) if isinstance(value := said[oid], int)]
    conferences = said[_CONFERENCES]
    if not legs and not isinstance(conferences, int):
        raise Trouble(FailureKind.PROTOCOL, "the agent knows nothing of the RMX's objects")
    return Bridge(
        product="Polycom RMX",
        faults=[Fault("error", part) for oid, part in _PARTS.items() if said[oid] == _FAILED],
        conference_count=conferences if isinstance(conferences, int) else None,
        legs=sum(legs) if legs else None,
    )


COLLECTOR = Collector(
    name="snmp_rmx",
    help=Text(
        vi="Cầu Polycom RMX đang có bao nhiêu cuộc họp, bao nhiêu điểm, phần cứng thế nào?",
        en="How many are in how many conferences on the Polycom RMX, and is it whole?",
    ),
    params=Params,
    emits=metrics.BRIDGES,
    look=look,
    interval=60.0,
    timeout=10.0,
)
