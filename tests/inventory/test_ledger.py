"""Plans against a real ledger: what was applied is what was asked for, on both databases."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from core.inventory import Inventory
from inventory import csvfiles
from inventory.intake import propose
from inventory.plan import plan
from lab import province
from storage.ledger import Ledger
from tests.inventory.builders import ON, a_land

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)


async def _import(ledger: Ledger, desired: Inventory, on: date = ON) -> int:
    wanted = plan(await ledger.inventory.load(), desired, on)
    if wanted.empty:
        return 0
    await ledger.inventory.apply(wanted.changes, "an", NOW)
    assert await ledger.inventory.load() == wanted.result
    return len(wanted.added) + len(wanted.changed) + len(wanted.retired)


@pytest.mark.parametrize("three_tier", [False, True])
async def test_the_whole_province_goes_in_and_comes_out_the_same(
    ledger: Ledger, tmp_path: Path, *, three_tier: bool
) -> None:
    csvfiles.write(province.inventory(three_tier=three_tier), tmp_path / "in")
    proposal = propose(tmp_path / "in", Inventory(), ON)
    assert proposal.problems == ()
    await ledger.inventory.apply(proposal.plan.changes, "an", NOW)
    loaded = await ledger.inventory.load()
    csvfiles.write(loaded, tmp_path / "out")
    assert not csvfiles.differing(loaded, tmp_path / "in")
    assert propose(tmp_path / "out", loaded, ON).plan.empty


async def test_a_life_of_changes_ends_where_the_plans_said(ledger: Ledger) -> None:
    land = a_land()
    few = a_land(
        devices=tuple(d for d in land.devices if d.slug not in {"ep-1", "ups-2"}),
        calendars=land.calendars[:1],
    )
    moved = a_land(
        devices=tuple(
            d.model_copy(update={"address": "10.0.0.7"}) if d.slug == "ep-1" else d
            for d in land.devices
        )
    )
    assert await _import(ledger, land) > 0
    assert await _import(ledger, land) == 0
    assert await _import(ledger, few, ON + timedelta(days=1)) == 3
    assert await _import(ledger, few, ON + timedelta(days=2)) == 0
    assert await _import(ledger, moved, ON + timedelta(days=3)) == 3
    assert await _import(ledger, moved, ON + timedelta(days=4)) == 0
    spans = [d for d in (await ledger.inventory.load()).devices if d.slug == "ep-1"]
    assert [(d.valid_to, d.address) for d in spans] == [
        (ON + timedelta(days=1), "10.0.0.6"),
        (None, "10.0.0.7"),
    ]
    assert await _import(ledger, Inventory(), ON + timedelta(days=3)) > 0
    assert await _import(ledger, Inventory(), ON + timedelta(days=3)) == 0
    assert await ledger.inventory.load(on=ON + timedelta(days=3)) == Inventory()
