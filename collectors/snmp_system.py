"""Does the SNMP agent answer, what is it, and how long has it been up?"""

from dataclasses import dataclass, field

from collectors._snmp.agent import Agent, Trouble
from collectors._snmp.ber import Value
from collectors._snmp.client import Params, agent_of, engine_of
from collectors._snmp.octets import text
from core.collector import Collector, Emit, Kit, Transcript
from core.labels import Series
from core.reading import STALE, Failure, Reading, Sample
from core.text import Text
from core.watching import Check

UP = "snmp_up"
UPTIME = "sysUpTime"
INFO = "system_info"

# SNMPv2-MIB (RFC 3418), the system group: label of the info series, name.
DESCRIBED = (
    ("sysDescr", "1.3.6.1.2.1.1.1.0"),
    ("sysObjectID", "1.3.6.1.2.1.1.2.0"),
    ("sysName", "1.3.6.1.2.1.1.5.0"),
    ("sysLocation", "1.3.6.1.2.1.1.6.0"),
)
ASKED = ("1.3.6.1.2.1.1.3.0", *(oid for _, oid in DESCRIBED))


@dataclass(slots=True)
class Faces:
    """The info series that each check brought last, so that a changed one is ended."""

    known: dict[str, Series] = field(default_factory=dict)

    async def aclose(self) -> None:
        """Forget them."""
        self.known.clear()


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Ask for the system group."""
    params = Params.model_validate(dict(check.params))
    at, begun = kit.clock.now(), kit.clock.monotonic()
    failure: Failure | None = None
    samples: list[Sample] = []
    try:
        agent = await agent_of(check, kit, params)
        values = await _ask(agent, kit, params, transcript)
        samples = _samples(check, _faces(kit), values)
    except Trouble as trouble:
        failure = trouble.failure
        transcript.note("%s: %s", failure.kind.value, failure.detail)
    samples.append((Series.of(UP, check.labels), float(failure is None)))
    elapsed = kit.clock.monotonic() - begun
    return Reading(check.slug, check.vantage, at, samples, failure, elapsed)


async def _ask(agent: Agent, kit: Kit, params: Params, transcript: Transcript) -> list[Value]:
    engine = engine_of(kit)
    values = await engine.get(agent, engine.plan(ASKED), params.patience)
    for oid, value in zip(ASKED, values, strict=True):
        transcript.note("%s = %r", oid, value)
    return values


def _faces(kit: Kit) -> Faces:
    faces = kit.engine(INFO, lambda _: Faces())
    if not isinstance(faces, Faces):
        raise TypeError(f"the kit's engine {INFO!r} is something else")
    return faces


def _samples(check: Check, faces: Faces, values: list[Value]) -> list[Sample]:
    uptime, *described = values
    labels = {
        name: text(value)
        for (name, _), value in zip(DESCRIBED, described, strict=True)
        if value is not None
    }
    info = Series.of(INFO, check.labels, **labels)
    before = faces.known.get(check.slug)
    faces.known[check.slug] = info
    samples: list[Sample] = [(info, 1.0)]
    if before is not None and before != info:
        samples.append((before, STALE))
    if isinstance(uptime, int):
        samples.append((Series.of(UPTIME, check.labels), float(uptime)))
    return samples


COLLECTOR = Collector(
    name="snmp_system",
    help=Text(
        vi="Tác nhân SNMP có trả lời không, thiết bị là gì, đã chạy bao lâu?",
        en="Does the SNMP agent answer, what is it, and how long has it been up?",
    ),
    params=Params,
    emits=(
        Emit(UP, Text("1 nếu tác nhân SNMP trả lời", "1 if the SNMP agent answers")),
        Emit(
            UPTIME,
            Text(
                "Thời gian từ khi tác nhân khởi động, đơn vị 1/100 giây",
                "Time since the agent restarted, in hundredths of a second",
            ),
        ),
        Emit(
            INFO,
            Text("Thiết bị tự giới thiệu, luôn bằng 1", "What the device says it is, always 1"),
            labels=tuple(name for name, _ in DESCRIBED),
        ),
    ),
    look=look,
    interval=60.0,
    timeout=10.0,
)
