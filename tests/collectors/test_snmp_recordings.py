"""Real devices, as recorded: every interface of theirs becomes series of the same values."""

from pathlib import Path

import pytest

from collectors import snmp_interfaces, snmp_system
from collectors._snmp import ber
from collectors._snmp.ber import Junk
from core.clock import SystemClock
from core.reading import Reading
from runtime.kit import make_kit
from tests.collectors.snmp_agent import Element, Ids, ids, number, octets, stage
from tests.collectors.test_snmp_system import Notes
from tests.factories import a_check

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "devices"
RECORDINGS = sorted(FOLDER.glob("*.snmprec"))
ENTRY, EXTRA = ids("1.3.6.1.2.1.2.2.1"), ids("1.3.6.1.2.1.31.1.1.1")
NUMBERS = {"2": ber.INTEGER, "65": ber.COUNTER32, "66": ber.GAUGE32, "67": ber.TIME_TICKS}
NUMBERS["70"] = ber.COUNTER64

pytestmark = pytest.mark.skipif(
    not RECORDINGS, reason="../shared/data/devices is absent: no recordings to replay"
)


def element(tag: str, value: str) -> Element:
    """Return a recorded value as an agent sends it."""
    if tag in NUMBERS:
        return number(int(value), NUMBERS[tag])
    if tag == "6":
        return ber.oid(value)
    if tag.endswith("x"):
        whole = value[: len(value) // 2 * 2]  # one recording lost half an octet
        return bytes((int(tag[:-1]),)) + ber.tlv(ber.STRING, bytes.fromhex(whole))[1:]
    if tag == "64":
        return ber.tlv(ber.IP_ADDRESS, bytes(map(int, value.split("."))))
    return octets(value)


def recorded(path: Path) -> dict[Ids, Element]:
    table: dict[Ids, Element] = {}
    for line in path.read_text(errors="surrogateescape").splitlines():
        name, tag, value = line.split("|", 2)
        if not value and tag in NUMBERS:
            continue
        table[ids(name)] = element(tag, value)
    return table


def plain(value: Element) -> ber.Value:
    return ber.value(value, value[0], *ber.content_span(value, 0, len(value)))


def by_index(reading: Reading) -> dict[str, str]:
    return {
        dict(series.labels)["ifIndex"]: dict(series.labels)["ifName"]
        for series, _ in reading.samples
        if series.name == "interface_info"
    }


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
async def test_a_recorded_device_is_read_as_it_was_recorded(path: Path) -> None:
    table = recorded(path)
    kit = make_kit(SystemClock())
    params = {"community": "public", "wait": 2.0}
    async with stage() as play:
        agent = play(table)
        check = a_check(
            "gw-1", "snmp_interfaces", address="127.0.0.1", params={**params, "port": agent.port}
        )
        system = await snmp_system.look(check, kit, Notes())
        readings = [await snmp_interfaces.look(check, kit, Notes()) for _ in range(2)]
        await kit.aclose()
    assert system.ok
    rows = {name[-1] for name in table if name[: len(ENTRY) + 1] == (*ENTRY, 2)}
    for reading in readings:
        called = by_index(reading)
        assert set(map(int, called)) == rows
        assert len(set(called.values())) == len(rows)
        if not rows:
            assert reading.failure is not None
            continue
        assert reading.ok
        for column, metric in (((*ENTRY, 8), "ifOperStatus"), ((*EXTRA, 6), "ifHCInOctets")):
            told = {
                dict(series.labels)["ifName"]: value
                for series, value in reading.samples
                if series.name == metric
            }
            for i in rows:
                value = table.get((*column, i))
                if value is not None:
                    assert told[called[str(i)]] == plain(value), (metric, i)


def test_the_recordings_hold_what_our_decoder_can_read() -> None:
    unread = []
    for path in RECORDINGS:
        for name, value in recorded(path).items():
            try:
                plain(value)
            except Junk:
                unread.append((path.stem, name))
    assert unread == []
