"""What people said of suggestions, and what devices told of each other."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.labels import Series
from core.sighting import Address, Neighbour, Sighting, WayOut
from storage.ledger import Ledger
from storage.sightings import sighting
from storage.suggestions import OFFERED, REFUSED, TAKEN
from tests.storage.series_engines import BOTH, an_engine

NOW = datetime(2026, 11, 30, 3, tzinfo=UTC)


async def test_the_last_word_on_a_suggestion_counts(ledger: Ledger) -> None:
    book = ledger.suggestions
    assert await book.refused() == frozenset()
    for number, (word, key) in enumerate(
        [(REFUSED, "a"), (REFUSED, "b"), (OFFERED, "a"), (REFUSED, "c"), (TAKEN, "c")]
    ):
        await book.say(word, key, "LLDP", "an", NOW + timedelta(seconds=number))
    assert await book.refused() == {"b"}


@pytest.mark.parametrize("name", BOTH)
async def test_what_devices_told_lately_is_read_from_their_info(name: str, tmp_path: Path) -> None:
    def told(metric: str, ago: int, **labels: str) -> tuple[Series, list[tuple[datetime, float]]]:
        points = [(NOW - timedelta(minutes=m), 1.0) for m in (ago + 8, ago + 4, ago)]
        return Series.of(metric, (), **labels), points

    samples = dict(
        [
            told(
                "device_neighbour_info",
                5,
                instance="sw",
                protocol="lldp",
                port="1",
                neighbour="gw",
                neighbour_port="ge-0/0/5",
            ),
            told("device_neighbour_info", 40, instance="sw", port="9", neighbour="gone"),
            told("device_address_info", 5, instance="gw", address="10.75.1.1", port="Vlan1"),
            told("device_default_route_info", 5, instance="gw", next_hop="10.0.0.1"),
            told("system_info", 1, instance="gw", sysName="gw.tinh.vn"),
        ]
    )
    async with an_engine(name, tmp_path, samples) as reader:
        seen = await sighting(reader, NOW)
    assert seen == Sighting(
        (Neighbour("sw", "lldp", "1", "gw", "ge-0/0/5"),),
        (Address("gw", "10.75.1.1", "Vlan1"),),
        (WayOut("gw", "10.0.0.1"),),
        (("gw", "gw.tinh.vn"),),
    )
