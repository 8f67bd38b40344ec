"""Looking for devices, on pages and by the interface: administrators only, within the settings."""

from dataclasses import replace

import pytest

from core.discovery import Found, Terms
from core.people import Role
from tests.api.test_door import csrf, log_in
from tests.api.world import World

TERMS = Terms(ranges=("10.75.0.0/16",), packets_per_second=100)


@pytest.fixture
async def sweeping(world: World) -> World:
    """A world in which a range may be swept."""
    world.app.state.context = replace(world.context, discovery=TERMS)
    return world


async def begun(world: World) -> int:
    admin = await world.token(Role.ADMIN)
    told = await world.client.post(
        "/api/v1/discoveries", json={"ranges": ["10.75.3.0/24"]}, headers=admin
    )
    assert told.status_code == 201, told.text
    return int(told.json()["id"])


async def test_what_was_found_is_proposed_and_not_added(sweeping: World) -> None:
    number, book = await begun(sweeping), sweeping.ledger.discoveries
    sweep = await book.get(number)
    row = Found(
        discovery=number,
        address="10.75.3.7",
        ping=True,
        ports=(22, 443),
        snmp="snmp-xa",
        name="SW tầng 2",
        family="Cisco IOS, IOS XE, IOS XR",
        vendor="Cisco",
        kind="switch",
        at=sweeping.clock.now(),
    )
    assert await book.move(sweep, 120, 480, [row], sweeping.clock.now()) is not None
    admin = await sweeping.token(Role.ADMIN)
    told = (await sweeping.client.get(f"/api/v1/discoveries/{number}", headers=admin)).json()
    assert (told["sweep"]["done"], told["sweep"]["total"]) == (120, 254)
    [one] = told["proposed"]
    assert (one["slug"], one["kind"], one["vendor"], one["site"]) == (
        "sw-tang-2", "switch", "Cisco", None,
    )  # fmt: skip
    page = (await sweeping.client.get(f"/discovery/{number}", headers=admin)).text
    assert "10.75.3.7" in page
    assert 'http-equiv="refresh"' in page
    csv = (await sweeping.client.get(f"/discovery/{number}/rows.csv", headers=admin)).text
    assert "sw-tang-2" in csv
    assert "snmp-xa" in csv
    book_file = await sweeping.client.get(f"/discovery/{number}/rows.xlsx", headers=admin)
    assert book_file.content[:2] == b"PK"
    assert not (await sweeping.ledger.inventory.load()).devices


async def test_only_ranges_of_the_settings_are_swept(sweeping: World) -> None:
    admin = await sweeping.token(Role.ADMIN)
    for ranges in (["10.76.0.0/24"], ["127.0.0.1/32"], ["10.75.0.0/8"], []):
        told = await sweeping.client.post(
            "/api/v1/discoveries", json={"ranges": ranges}, headers=admin
        )
        assert told.status_code == 422, ranges
    assert await sweeping.ledger.discoveries.all() == []


async def test_a_page_begins_and_stops(sweeping: World) -> None:
    await sweeping.add_user("an", Role.ADMIN)
    await log_in(sweeping, "an")
    page = (await sweeping.client.get("/discovery")).text
    assert "10.75.0.0/16" in page
    token = await csrf(sweeping.client, "/discovery")
    refused = await sweeping.client.post(
        "/discovery", data={"csrf": token, "ranges": "10.9.0.0/24"}
    )
    assert refused.status_code == 422
    assert "không nằm trong dải được phép dò" in refused.text
    sent = await sweeping.client.post(
        "/discovery", data={"csrf": token, "ranges": "10.75.3.0/24 10.75.4.0/24"}
    )
    assert sent.status_code == 303
    await sweeping.client.post(f"{sent.headers['location']}/stop", data={"csrf": token})
    [sweep] = await sweeping.ledger.discoveries.all()
    assert sweep.ranges == ("10.75.3.0/24", "10.75.4.0/24")
    assert sweep.ended_at is not None
    [row] = [r for r in await sweeping.ledger.people.audit_rows(5) if r.action == "discovery.begin"]
    assert row.actor == "an"


async def test_without_ranges_nothing_can_be_begun(world: World) -> None:
    admin = await world.token(Role.ADMIN)
    told = await world.client.post(
        "/api/v1/discoveries", json={"ranges": ["10.75.3.0/24"]}, headers=admin
    )
    assert told.status_code == 503
    assert "Chưa có dải nào" in (await world.client.get("/discovery", headers=admin)).text
