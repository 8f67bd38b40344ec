"""Are registers of a real Modbus server read as their maker's manual says?"""

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import modbus
from collectors._modbus.frames import Span, raw, spans, values_of
from collectors._modbus.params import SIZES, Params, Register
from collectors._net.trouble import Trouble
from core.reading import FailureKind, Reading
from tests.collectors.glances import looking, told, why
from tests.collectors.servers import talking
from tests.ports import free_port

ROOM = "Phòng máy = input:0 int16 celsius scale=0.1 high=27"


@pytest.fixture
async def server() -> AsyncIterator[int]:
    from pymodbus.datastore import (
        ModbusDeviceContext,
        ModbusSequentialDataBlock,
        ModbusServerContext,
    )
    from pymodbus.server import ModbusTcpServer

    port = free_port()
    holding = [0] * 200
    holding[10:12] = struct.unpack("!2H", struct.pack("!f", 49.98))
    holding[20:22] = struct.unpack("!2H", struct.pack("!I", 1234567))[::-1]  # low word first
    holding[30] = 0b1000  # alarm 3
    holding[40] = 87
    input_ = [0] * 200
    input_[0], input_[1] = 0xFF9C, 655  # −10.0 °C; 65.5 %
    block: Any = ModbusSequentialDataBlock  # its library types but a part of itself
    device = ModbusDeviceContext(
        # Its blocks count from 1: the first is the address 0 of the protocol.
        hr=block(1, holding),
        ir=block(1, input_),
        co=block(1, [False, True] * 20),
        di=block(1, [True, False] * 20),
    )
    made: Any = ModbusTcpServer(
        ModbusServerContext(devices={1: device}, single=False), address=("127.0.0.1", port)
    )
    serving = asyncio.create_task(made.serve_forever())
    for _ in range(100):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            break
        except OSError:
            await asyncio.sleep(0.02)
    yield port
    await made.shutdown()
    await asyncio.gather(serving, return_exceptions=True)


async def looked(port: int, registers: str, timeout: float = 2.0, **params: object) -> Reading:
    said = {"port": port, "registers": registers, **params}
    async with looking(modbus.COLLECTOR, said, timeout=timeout) as at:
        reading, run = await at.look()
    if reading.failure is not None:
        assert reading.failure.kind is not FailureKind.BUG, run.lines
    return reading


async def test_registers_of_every_table_are_read(server: int) -> None:
    reading = await looked(
        server,
        """Ngoài trời = input:0 int16 celsius scale=0.1
        Ẩm = input:1 uint16 humidity scale=0.001
        Tần số = holding:10 float32 hertz low=49 high=51
        Giờ chạy = holding:20 uint32 seconds scale=3600 order=swapped
        Dầu = holding:40 uint16 ratio scale=0.01 low=0.2
        Áp suất dầu thấp = holding:30 uint16 alarm bit=2
        Cửa = coil:1 bit state
        Nước = discrete:1 bit alarm""",
    )
    assert reading.ok, reading.failure
    assert told(reading, "device_temperature_celsius", sensor="Ngoài trời") == pytest.approx(-10)
    assert told(reading, "device_humidity_ratio", sensor="Ẩm") == pytest.approx(0.655)
    assert told(reading, "device_frequency_hertz") == pytest.approx(49.98, abs=0.01)
    assert told(reading, "device_running_seconds") == 1234567 * 3600
    assert told(reading, "device_level_ratio", sensor="Dầu") == pytest.approx(0.87)
    assert told(reading, "device_component_state", component="Cửa") == 1
    assert told(reading, "device_component_status", component="Nước", kind="alarm") == 0


async def test_what_is_beyond_its_bounds_is_named(server: int) -> None:
    reading = await looked(
        server,
        """Dầu = holding:40 uint16 ratio scale=0.01 low=0.9
        Áp suất dầu thấp = holding:30 uint16 alarm bit=3
        Tủ = input:1 uint16 celsius scale=0.1 high=40""",
    )
    assert sorted(why(reading).split("; ")) == [
        "Dầu is 0.87, below 0.9",
        "Tủ is 65.5, above 40",
        "alarm: Áp suất dầu thấp",
    ]
    assert told(reading, "device_component_status", component="Áp suất dầu thấp") == 2


async def test_a_sensor_that_is_not_there_is_absent(server: int) -> None:
    reading = await looked(server, "Gió = input:0 int16 celsius absent=-100")
    assert reading.ok
    assert told(reading, "device_temperature_celsius") is None


async def test_a_register_that_the_device_has_not_harms_no_other(server: int) -> None:
    reading = await looked(server, f"{ROOM}\nXa = holding:9000 uint16 volts")
    assert why(reading) == "holding 9000: it has no such register"
    assert told(reading, "device_temperature_celsius", sensor="Phòng máy") == pytest.approx(-10)
    reading = await looked(server, "Xa = holding:9000 uint16 volts")
    assert why(reading) == "holding 9000: it has no such register"


@pytest.mark.parametrize(
    ("code", "known", "requests"),
    [(2, ["U10", "U11", "U14", "U20"], 7), (11, [], 1)],  # no such register; nobody behind
)
async def test_registers_with_holes_between_them_are_read_one_by_one(
    code: int, known: list[str], requests: int
) -> None:
    asked_for: list[tuple[int, int]] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while len(asked := await reader.read(12)) == 12:
            address, count = struct.unpack("!HH", asked[8:])
            asked_for.append((address, count))
            if set(range(address, address + count)) <= {10, 11, 14, 20}:
                body = bytes((3, 2 * count)) + struct.pack(f"!{count}H", *range(7, 7 + count))
            else:
                body = bytes((0x83, code))
            writer.write(asked[:4] + struct.pack("!H", len(body) + 1) + asked[6:7] + body)

    names = [f"U{n}" for n in (10, 11, 12, 14, 20)]
    async with talking(talk) as port:
        reading = await looked(
            port, "\n".join(f"{name} = holding:{name[1:]} uint16 volts" for name in names)
        )
    read = [n for n in names if told(reading, "device_voltage_volts", sensor=n) is not None]
    assert read == known
    assert asked_for[0] == (10, 11)
    assert len(asked_for) == requests
    assert reading.failure is not None


async def test_nobody_there_is_a_refusal() -> None:
    reading = await looked(free_port(), ROOM)
    assert reading.failure is not None
    assert reading.failure.kind is FailureKind.REFUSED


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "does not speak Modbus"),
        (b"\x00\x09\x00\x00\x00\x05\x01\x04\x02\x00\x01", "for another request"),
        (b"\x00\x01\x00\x00\x00\x05\x07\x04\x02\x00\x01", "for another request"),
        (b"\x00\x01\x00\x00\x00\x05\x01\x03\x02\x00\x01", "malformed"),
        (b"\x00\x01\x00\x00\x00\x07\x01\x04\x04\x00\x01\x00\x02", "malformed"),
        (b"\x00\x01\x00\x00\x00\x03\x01\x84\x0b", "behind the gateway does not answer"),
        (b"\x00\x01\x00\x00\x00\x05\x01", "closed in the middle"),
        (b"", "closed in the middle"),
    ],
)
async def test_what_is_no_good_answer_is_told(said: bytes, words: str) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(12)
        writer.write(said)
        await writer.drain()

    async with talking(talk) as port:
        reading = await looked(port, ROOM, timeout=1.0)
    assert words in why(reading)


@pytest.mark.parametrize(
    ("order", "octets"),
    [("big", "ABCD"), ("little", "DCBA"), ("swapped", "CDAB"), ("byteswapped", "BADC")],
)
def test_all_four_orders_are_known(order: str, octets: str) -> None:
    value = 0x01020304
    letters = dict(zip("ABCD", value.to_bytes(4, "big"), strict=True))
    sent = bytes(letters[letter] for letter in octets)
    register = Register.model_validate(
        {"name": "a", "address": 0, "type": "uint32", "unit": "volts", "order": order}
    )
    assert raw(register, struct.unpack("!2H", sent)) == value


_REGISTERS = st.builds(
    lambda n, table, address, kind: Register(
        name=str(n),
        table=table,
        address=address,
        type="bit" if table in ("coil", "discrete") else kind,
        unit="volts",
    ),
    st.integers(0, 10**6),
    st.sampled_from(["holding", "input", "coil", "discrete"]),
    st.integers(0, 600),
    st.sampled_from([kind for kind in SIZES if kind != "bit"]),
)


@given(st.lists(_REGISTERS, min_size=1, max_size=30))
def test_every_register_lies_in_a_span_that_may_be_asked(registers: list[Register]) -> None:
    asked = spans(registers)
    for register in registers:
        assert any(modbus._is_in(register, span) for span in asked)
    for span in asked:
        assert span.count <= (2000 if span.table in ("coil", "discrete") else 125)


@given(st.binary(min_size=2, max_size=300), st.sampled_from(["holding", "coil"]))
def test_no_octets_break_the_reader(body: bytes, table: str) -> None:
    span = Span("coil" if table == "coil" else "holding", 0, 4)
    with contextlib.suppress(Trouble):
        assert len(values_of(span, body)) == 4


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Phòng máy", "is no register"),
        ("a = holding:x uint16 volts", "address"),
        ("a = holding:1 uint16 miles", "unit"),
        ("a = coil:1 uint16 volts", "coils and discrete inputs are bits"),
        ("a = holding:65535 uint32 volts", "beyond register 65535"),
        ("a = holding:1 uint16 volts scale", "is no key=value"),
        ("a = holding:1 uint16 volts\na = holding:2 uint16 volts", "is there twice"),
        ("a = holding:1 int16 alarm bit=3", "a bit is taken of a uint16"),
    ],
)
def test_a_map_that_cannot_be_is_refused(line: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Params.model_validate({"registers": line})
