"""What do the generator, the meter, the sensors of the machine room say over Modbus TCP?

Which registers mean what is the user's map, taken from the maker's manual: no number is guessed
here. Tested against a real server program; unconfirmed on real generators and sensors.
"""

import asyncio
import functools
import math

from collectors._modbus.frames import (
    HEAD,
    Lacking,
    Span,
    length_of,
    narrower,
    raw,
    spans,
    values_of,
)
from collectors._modbus.params import SIZES, Params, Register
from collectors._net.attempt import EMITS, Attempt, attempted, unwanted
from collectors._net.identity import OWN
from collectors._net.names import places
from collectors._net.stream import connect
from collectors._net.trouble import Trouble, trouble
from collectors._snmp.vocabulary import (
    CURRENT,
    FREQUENCY,
    HUMIDITY,
    POWER,
    STATE,
    STATUS,
    VOLTAGE,
)
from core.collector import Collector, Emit, Kit, Transcript
from core.reading import FailureKind, Reading
from core.text import Text
from core.watching import Check

TEMPERATURE = "device_temperature_celsius"
LEVEL = "device_level_ratio"
SPEED = "device_speed_rpm"
RUNNING = "device_running_seconds"
_SENSORS = {
    "celsius": TEMPERATURE,
    "humidity": HUMIDITY.metric,
    "ratio": LEVEL,
    "volts": VOLTAGE.metric,
    "amperes": CURRENT.metric,
    "watts": POWER.metric,
    "hertz": FREQUENCY.metric,
    "rpm": SPEED,
    "seconds": RUNNING,
}
_CRITICAL = 2.0


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Read the configured registers once."""
    params = Params.model_validate(dict(check.params))
    return await attempted(check, kit, transcript, functools.partial(_visit, params=params))


async def _visit(attempt: Attempt, params: Params) -> None:
    check, kit = attempt.check, attempt.kit
    found = await places(check.address)
    made, _ = await connect(kit.sockets, found, params.port, check.timeout, attempt.transcript)
    try:
        reader, writer = await asyncio.open_connection(sock=made)
    except BaseException:
        made.close()
        raise
    findings: list[str] = []
    refused: list[Trouble] = []
    asked = spans(params.registers)
    read = False
    try:
        for transaction, span in enumerate(asked, 1):
            inside = [one for one in params.registers if _is_in(one, span)]
            try:
                words = await _read(reader, writer, span, transaction, params.device)
            except _Refusal as refusal:  # the others may yet be read
                instead = narrower(span, inside) if refusal.lacking else []
                asked += instead
                if not instead:
                    refused.append(refusal)
                    findings.append(str(refusal))
                continue
            read = True
            for register in inside:
                at = register.address - span.address
                value = raw(register, words[at : at + SIZES[register.type]])
                findings += _told(attempt, register, value)
    finally:
        writer.transport.abort()
    if not read:
        raise refused[0]
    unwanted(findings)


class _Refusal(Trouble):
    """The device answers that it will not; `lacking`: it may be for the sake of one register."""

    lacking = False


async def _read(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    span: Span,
    transaction: int,
    device: int,
) -> list[int]:
    writer.write(span.request(transaction, device))
    await writer.drain()
    try:
        length = length_of(await reader.readexactly(HEAD), transaction, device)
        body = await reader.readexactly(length)
    except asyncio.IncompleteReadError as error:
        said = "the connection was closed in the middle of an answer"
        raise trouble(FailureKind.REFUSED, said) from error
    try:
        return values_of(span, body)
    except Trouble as refusal:
        again = _Refusal(refusal.failure)
        again.lacking = isinstance(refusal, Lacking)
        raise again from refusal


def _is_in(register: Register, span: Span) -> bool:
    end = register.address + SIZES[register.type]
    inside = span.address <= register.address and end <= span.address + span.count
    return register.table == span.table and inside


def _told(attempt: Attempt, register: Register, value: float) -> list[str]:
    """Tell one value; return what is wrong with it."""
    name = register.name
    if value == register.absent or not math.isfinite(value):
        return []
    value = value * register.scale + register.offset
    if register.unit == "state":
        attempt.tell(STATE.metric, value, component=name, kind="state")
    elif register.unit == "alarm":
        attempt.tell(STATUS.metric, _CRITICAL if value else 0.0, component=name, kind="alarm")
        if value:
            return [f"alarm: {name}"]
    else:
        attempt.tell(_SENSORS[register.unit], value, sensor=name)
    if register.high is not None and value > register.high:
        return [f"{name} is {value:g}, above {register.high:g}"]
    if register.low is not None and value < register.low:
        return [f"{name} is {value:g}, below {register.low:g}"]
    return []


_emit = functools.partial(Emit, labels=(OWN, "sensor"))

COLLECTOR = Collector(
    name="modbus",
    help=Text(
        vi="Máy phát, đồng hồ điện, cảm biến phòng máy cho biết gì qua Modbus TCP? "
        "Chưa kiểm chứng trên thiết bị thật",
        en="What do generator, meters and room sensors say over Modbus TCP? "
        "Unconfirmed on real equipment",
    ),
    params=Params,
    emits=(
        *EMITS,
        _emit(TEMPERATURE, Text("Nhiệt độ", "Temperature")),
        *(_emit(q.metric, q.help) for q in (HUMIDITY, VOLTAGE, CURRENT, POWER, FREQUENCY)),
        _emit(LEVEL, Text("Mức (nhiên liệu, ắc quy), 0…1", "Level (fuel, battery), 0…1")),
        _emit(SPEED, Text("Tốc độ quay, vòng mỗi phút", "Speed, turns a minute")),
        _emit(RUNNING, Text("Thời gian đã chạy", "How long it has run")),
        Emit(STATE.metric, STATE.help, labels=(OWN, *STATE.labels)),
        Emit(STATUS.metric, STATUS.help, labels=(OWN, *STATUS.labels)),
    ),
    look=look,
    interval=60.0,
    timeout=5.0,
)
