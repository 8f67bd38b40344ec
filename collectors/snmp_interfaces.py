"""What do the device's interfaces carry, and are they up?"""

from dataclasses import dataclass, field

from pydantic import Field

from collectors._snmp import client
from collectors._snmp.agent import Trouble
from collectors._snmp.client import agent_of, engine_of
from collectors._snmp.interfaces import COLUMNS, INFO, MOST, Table
from core.collector import Collector, Emit, Kit, Transcript
from core.reading import Failure, FailureKind, Reading, Sample
from core.text import Text
from core.watching import Check

TABLES = "snmp_interfaces"


class Params(client.Params):
    """What may be set."""

    most: int = Field(
        default=MOST,
        ge=1,
        le=65536,
        description="Interfaces of one device at the most",
        json_schema_extra={"vi": "Số giao diện tối đa của một thiết bị"},
    )


@dataclass(slots=True)
class Tables:
    """The learned table of each check."""

    known: dict[str, Table] = field(default_factory=dict)

    def of(self, check: Check, most: int) -> Table:
        """Return the check's table, a new one if its labels have changed."""
        table = self.known.get(check.slug)
        if table is None or table.labels != check.labels or table.most != most:
            table = self.known[check.slug] = Table(check.labels, most)
        return table

    async def aclose(self) -> None:
        """Forget them."""
        self.known.clear()


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Read every interface's state, speed and counters."""
    params = Params.model_validate(dict(check.params))
    at, begun = kit.clock.now(), kit.clock.monotonic()
    failure: Failure | None = None
    samples: list[Sample] = []
    try:
        agent = await agent_of(check, kit, params)
        table = _tables(kit).of(check, params.most)
        samples = await table.read(engine_of(kit), agent, params.patience, begun, transcript)
        if table.form is not None and not table.form.cells:
            failure = Failure(FailureKind.PROTOCOL, "the agent has no interface table")
    except Trouble as trouble:
        failure = trouble.failure
    if failure is not None:
        transcript.note("%s: %s", failure.kind.value, failure.detail)
    elapsed = kit.clock.monotonic() - begun
    return Reading(check.slug, check.vantage, at, samples, failure, elapsed)


def _tables(kit: Kit) -> Tables:
    tables = kit.engine(TABLES, lambda _: Tables())
    if not isinstance(tables, Tables):
        raise TypeError(f"the kit's engine {TABLES!r} is something else")
    return tables


_HELP = {
    "ifAdminStatus": Text(
        "Trạng thái mong muốn: 1 bật, 2 tắt, 3 thử", "Desired state: 1 up, 2 down, 3 testing"
    ),
    "ifOperStatus": Text(
        "Trạng thái hoạt động: 1 bật, 2 tắt, 3 thử, 4 không rõ, 5 chờ, 6 không có, 7 lớp dưới tắt",
        "Present state: 1 up, 2 down, 3 testing, 4 unknown, 5 dormant, 6 not present, "
        "7 lower layer down",
    ),
    "ifLastChange": Text(
        "sysUpTime lúc trạng thái đổi lần cuối, 1/100 giây",
        "sysUpTime when the state last changed, hundredths of a second",
    ),
    "ifHighSpeed": Text("Tốc độ, triệu bit mỗi giây", "Speed in units of 1,000,000 bits/s"),
    "ifHCInOctets": Text("Số byte nhận", "Octets received"),
    "ifHCOutOctets": Text("Số byte gửi", "Octets sent"),
    "ifHCInUcastPkts": Text("Số gói đơn hướng nhận", "Unicast packets received"),
    "ifHCOutUcastPkts": Text("Số gói đơn hướng gửi", "Unicast packets sent"),
    "ifInErrors": Text("Số gói nhận bị lỗi", "Inbound packets with errors"),
    "ifOutErrors": Text("Số gói không gửi được vì lỗi", "Outbound packets lost to errors"),
    "ifInDiscards": Text("Số gói nhận bị bỏ", "Inbound packets discarded"),
    "ifOutDiscards": Text("Số gói gửi bị bỏ", "Outbound packets discarded"),
}

COLLECTOR = Collector(
    name="snmp_interfaces",
    help=Text(
        vi="Các giao diện của thiết bị chở bao nhiêu, và có hoạt động không?",
        en="What do the device's interfaces carry, and are they up?",
    ),
    params=Params,
    emits=(
        *(
            Emit(
                column.name,
                _HELP[column.name],
                kind="counter" if column.counter else "gauge",
                labels=("ifName",),
            )
            for column in COLUMNS
        ),
        Emit(
            INFO,
            Text("Giao diện tự giới thiệu, luôn bằng 1", "What the interface is, always 1"),
            labels=("ifName", "ifIndex", "ifDescr", "ifAlias", "ifType"),
        ),
    ),
    look=look,
    interval=60.0,
    timeout=20.0,
)
