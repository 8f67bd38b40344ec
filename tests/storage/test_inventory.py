"""What people edit comes back as they wrote it, and nothing half applied ever shows."""

from datetime import UTC, date, datetime, time

import pytest

from core.errors import Conflict
from core.inventory import (
    CalendarSpan,
    Changes,
    Contact,
    Device,
    Inventory,
    Link,
    Organisation,
    Site,
    Succession,
    Unit,
    UnitLevel,
)
from storage.ledger import Ledger

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
REFORM = date(2025, 7, 1)

BEFORE = Unit(
    slug="loc-ninh", code="692", level=UnitLevel.DISTRICT, name="Huyện Lộc Ninh",
    province_code="70", parent="binh-phuoc", valid_to=REFORM,
)  # fmt: skip
INVENTORY = Inventory(
    units=(
        Unit(slug="binh-phuoc", code="70", level=UnitLevel.PROVINCE, name="Tỉnh Bình Phước",
             province_code="70", valid_to=REFORM),
        Unit(slug="dong-nai", code="75", level=UnitLevel.PROVINCE, name="Tỉnh Đồng Nai",
             name_en="Dong Nai Province", province_code="75"),
        BEFORE,
        Unit(slug="xa-loc-ninh", code="25267", level=UnitLevel.COMMUNE, name="Xã Lộc Ninh",
             province_code="75", parent="dong-nai", valid_from=REFORM),
    ),
    successions=(Succession(old="loc-ninh", new="xa-loc-ninh", on=REFORM, partial=True),),
    organisations=(Organisation(slug="ubnd", name="Ủy ban nhân dân xã", unit="xa-loc-ninh"),),
    sites=(
        Site(slug="hub", name="Điểm cầu Lộc Ninh", unit="xa-loc-ninh", organisation="ubnd",
             role="hub", latitude=11.8451, longitude=106.5913, calendar="office", contact="binh"),
    ),
    devices=(
        Device(slug="core", name="Lõi", site="hub", kind="router", address="10.0.0.1"),
        Device(slug="gw", name="Cổng", site="hub", kind="gateway", vendor="Cisco", secret="snmp-1",
               address="10.0.1.1", uplinks=("line", "core")),
    ),
    links=(
        Link(slug="line", name="Đường truyền", near="core", far="gw", near_port="Gi0/1",
             carrier="VNPT", circuit="TSL-1", capacity_mbps=100.5, order=1),
    ),
    contacts=(Contact(slug="binh", name="Trần Thị Bình", email="b@example.vn", language="vi"),),
    calendars=(
        CalendarSpan(slug="office", name="Giờ hành chính", days=(1, 2, 3, 4, 5),
                     begin=time(7), end=time(11, 30)),
        CalendarSpan(slug="office", name="Giờ hành chính", days=(1, 2, 3, 4, 5),
                     begin=time(13), end=time(17)),
    ),
)  # fmt: skip


def as_sets(inventory: Inventory) -> dict[str, set[object]]:
    return {field: set(getattr(inventory, field)) for field in Inventory.model_fields}


async def test_what_was_applied_is_loaded(ledger: Ledger) -> None:
    assert await ledger.inventory.version() == 0
    assert await ledger.inventory.load() == Inventory()
    assert await ledger.inventory.apply(Changes(put=INVENTORY), "an", NOW) == 1
    assert as_sets(await ledger.inventory.load()) == as_sets(INVENTORY)
    assert await ledger.inventory.version() == 1
    row = (await ledger.people.audit_rows())[0]
    assert (row.actor, row.action, row.subject) == ("an", "inventory.apply", "version 1")


async def test_a_day_shows_what_held_on_it(ledger: Ledger) -> None:
    await ledger.inventory.apply(Changes(put=INVENTORY), "an", NOW)
    before = await ledger.inventory.load(date(2025, 6, 30))
    after = await ledger.inventory.load(REFORM)
    assert {unit.slug for unit in before.units} == {"binh-phuoc", "dong-nai", "loc-ninh"}
    assert before.successions == ()
    assert {unit.slug for unit in after.units} == {"dong-nai", "xa-loc-ninh"}
    assert after.successions == INVENTORY.successions


async def test_a_row_of_the_same_key_is_replaced_and_another_day_is_another_row(
    ledger: Ledger,
) -> None:
    await ledger.inventory.apply(Changes(put=INVENTORY), "an", NOW)
    gateway = INVENTORY.devices[1]
    retired = gateway.model_copy(update={"valid_to": date(2026, 1, 1)})
    renamed = gateway.model_copy(update={"valid_from": date(2026, 1, 1), "name": "Cổng mới"})
    await ledger.inventory.apply(Changes(put=Inventory(devices=(retired, renamed))), "an", NOW)
    devices = (await ledger.inventory.load()).devices
    assert [d for d in devices if d.slug == "gw"] == [retired, renamed]


async def test_dropped_rows_are_gone(ledger: Ledger) -> None:
    await ledger.inventory.apply(Changes(put=INVENTORY), "an", NOW)
    await ledger.inventory.apply(Changes(drop=INVENTORY), "an", NOW)
    assert await ledger.inventory.load() == Inventory()
    assert await ledger.inventory.version() == 2


async def test_a_site_of_an_unknown_unit_is_refused_and_nothing_is_kept(ledger: Ledger) -> None:
    lost = Site(slug="lost", name="Lạc", unit="nowhere")
    fine = Contact(slug="binh", name="Bình")
    with pytest.raises(Conflict):
        await ledger.inventory.apply(
            Changes(put=Inventory(sites=(lost,), contacts=(fine,))), "an", NOW
        )
    assert await ledger.inventory.load() == Inventory()
    assert await ledger.inventory.version() == 0
    assert await ledger.people.audit_rows() == []


async def test_a_unit_in_use_cannot_be_dropped(ledger: Ledger) -> None:
    await ledger.inventory.apply(Changes(put=INVENTORY), "an", NOW)
    with pytest.raises(Conflict):
        await ledger.inventory.apply(
            Changes(drop=Inventory(units=(INVENTORY.units[3],))), "an", NOW
        )
    assert as_sets(await ledger.inventory.load()) == as_sets(INVENTORY)


async def test_a_plan_made_from_an_older_version_is_refused(ledger: Ledger) -> None:
    await ledger.inventory.apply(Changes(put=INVENTORY), "an", NOW, based_on=0)
    with pytest.raises(Conflict, match="plan again"):
        await ledger.inventory.apply(Changes(drop=INVENTORY), "binh", NOW, based_on=0)
    assert await ledger.inventory.version() == 1
