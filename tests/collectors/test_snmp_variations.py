"""Real devices, as they might have been recorded: with holes, odd types and numbers out of reach.

Whatever a table says, a look ends in a reading, and what it tells could be of a real device.
"""

import math
import random
from collections.abc import Callable
from types import ModuleType

import pytest

from collectors import (
    snmp_health,
    snmp_interfaces,
    snmp_inventory,
    snmp_neighbours,
    snmp_probes,
    snmp_system,
)
from collectors._snmp import ber, vocabulary
from collectors._snmp.descriptor import Quantity, Space
from core.clock import SystemClock
from core.reading import FailureKind, Reading, is_stale
from runtime.kit import make_kit
from tests.collectors.snmp_agent import Element, Ids, ids, number, octets, stage
from tests.collectors.test_snmp_health import ASSERTED, Recorded
from tests.collectors.test_snmp_recordings import recorded
from tests.collectors.test_snmp_system import Notes
from tests.factories import a_check

Table = dict[Ids, Element]
LOOKS = (
    snmp_health,
    snmp_interfaces,
    snmp_inventory,
    snmp_neighbours,
    snmp_probes,
    snmp_system,
)
INTEGERS = (0, 1, -1, 100, -100, 255, 65535, 32767, -32768, 10**6, 2**31 - 1, -(2**31))
UNSIGNED = (0, 1, 255, 65535, 2**31, 2**32 - 1)
TEXTS = (
    b"",
    b"\0",
    b"\xff" * 6,
    b"\xc4\xb0\xff\xfe",
    b"N/A",
    b"-",
    b"nan",
    b"1e400",
    b"9" * 400,
    b"55.3 C",
    b"a\0b\nc",
    "điện".encode(),
    b"x" * 3000,
)
OPAQUE = (b"", b"\x9f\x78\x04", b"\x9f\x78\x04\x7f\x80\0\0", b"\x9f\x79\x08\x7f\xef" + b"\xff" * 6)
NUMBERS = {ber.INTEGER, ber.COUNTER32, ber.GAUGE32, ber.TIME_TICKS, ber.COUNTER64}


def an_odd_value(dice: random.Random) -> Element:
    """Return a value of any type."""
    return dice.choice(
        (
            number(dice.choice(INTEGERS)),
            number(dice.choice(UNSIGNED), dice.choice((ber.COUNTER32, ber.GAUGE32))),
            number(dice.choice((0, 2**53 + 1, 2**64 - 1)), ber.COUNTER64),
            octets(dice.choice(TEXTS)),
            ber.oid("1.3.6.1.4.1.9.9.1"),
            ber.tlv(ber.IP_ADDRESS, bytes((10, 0, 0, 1))),
            ber.tlv(0x44, dice.choice(OPAQUE)),
            b"\x05\x00",  # NULL
        )
    )


def without_columns(table: Table, dice: random.Random) -> Table:
    columns = sorted({name[:-1] for name in table})
    gone = set(dice.sample(columns, len(columns) // dice.choice((3, 10)) + 1))
    return {name: value for name, value in table.items() if name[:-1] not in gone}


def without_rows(table: Table, dice: random.Random) -> Table:
    return {name: value for name, value in table.items() if dice.random() < 0.7}


def of_odd_types(table: Table, dice: random.Random) -> Table:
    share = dice.choice((0.02, 0.2))
    return {
        name: an_odd_value(dice) if dice.random() < share else value
        for name, value in table.items()
    }


def out_of_reach(table: Table, dice: random.Random) -> Table:
    def changed(value: Element) -> Element:
        if value[0] not in NUMBERS or dice.random() > 0.4:
            return value
        return number(dice.choice(INTEGERS if value[0] == ber.INTEGER else UNSIGNED), value[0])

    return {name: changed(value) for name, value in table.items()}


def with_other_texts(table: Table, dice: random.Random) -> Table:
    return {
        name: octets(dice.choice(TEXTS))
        if value[0] == ber.STRING and dice.random() < 0.4
        else value
        for name, value in table.items()
    }


def with_odd_sensors(table: Table, dice: random.Random) -> Table:
    """Scale, precision, status and value of ENTITY-SENSOR-MIB, beyond what they may be."""
    top = ids("1.3.6.1.2.1.99.1.1.1")
    odd = (-(10**9), -8, 0, 1, 2, 3, 8, 9, 14, 17, 99, 10**9)
    return {
        name: number(dice.choice(odd)) if name[:10] == top and dice.random() < 0.5 else value
        for name, value in table.items()
    }


def with_huge_indexes(table: Table, dice: random.Random) -> Table:
    beyond = dice.choice((2**31 - 5000, 2**32 - 10**6))
    return {
        (*name[:-1], (name[-1] + beyond) % 2**32) if name[-1] else name: value
        for name, value in table.items()
    }


VARIATIONS: tuple[Callable[[Table, random.Random], Table], ...] = (
    without_columns,
    without_rows,
    of_odd_types,
    out_of_reach,
    with_other_texts,
    with_odd_sensors,
    with_huge_indexes,
)


def quantities() -> dict[str, Quantity]:
    """Return the house's quantities by their metric."""
    found: list[Quantity] = []
    for one in vars(vocabulary).values():
        if isinstance(one, Space):
            found += (one.used, one.size, one.ratio)
        elif isinstance(one, Quantity):
            found.append(one)
    return {one.metric: one for one in found}


HOUSE = quantities()


def could_be(reading: Reading) -> None:
    """Hold a reading to what a real device could have."""
    if reading.failure is not None:
        assert reading.failure.kind is FailureKind.PROTOCOL, reading.failure
    told = [(series, value) for series, value in reading.samples if not is_stale(value)]
    assert len({series for series, _ in told}) == len(told)
    for series, value in told:
        assert math.isfinite(value), series
        assert all(said.isprintable() for _, said in series.labels), series
        if series.name in HOUSE and not series.name.endswith("_bytes"):
            house = HOUSE[series.name]
            assert house.low * 1.001 - 1e-9 <= value <= house.high * 1.001, (series, value)
        elif series.name.endswith("_used_ratio"):
            assert 0 <= value <= 1, (series, value)


async def looked(module: ModuleType, port: int) -> None:
    kit = make_kit(SystemClock())
    params = {"community": "public", "port": port, "wait": 2.0}
    name = module.COLLECTOR.name
    check = a_check("gw-1", name, address="127.0.0.1", params=params, timeout=60.0)
    try:
        for _ in range(2):  # what is learned, and what is then polled
            could_be(await module.look(check, kit, Notes()))
    finally:
        await kit.aclose()


@pytest.mark.full
@pytest.mark.parametrize("name", ASSERTED)
async def test_a_device_that_is_unlike_its_recording_tells_nothing_that_cannot_be(
    name: str, full: bool
) -> None:
    table = recorded(ASSERTED[name] / f"{name}.snmprec")
    dice = random.Random(name)
    for vary in VARIATIONS * 20 if full else dice.sample(VARIATIONS, 2):
        async with stage(Recorded) as play:
            agent = play(vary(table, dice))
            for module in LOOKS:
                await looked(module, agent.port)
