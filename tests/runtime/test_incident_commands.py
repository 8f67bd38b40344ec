"""Incidents from the command line: listed, taken on, told to carriers, merged and split."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from core.clock import LOCAL, SystemClock
from core.incident import Decision
from core.inventory import Changes, Contact, Device, Inventory, Link
from core.people import Role
from runtime.cli import incidents
from runtime.cli._ledger import actor
from tests.api.served import served
from tests.api.test_by_hand import HUB, OTHER, deciding
from tests.api.world import World, a_world
from tests.ports import free_port

Run = Callable[..., Awaitable[Result]]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Two lines are down, and a brain judges."""
    async with a_world(tmp_path) as made:
        await deciding(made)
        await made.add_user("ha", Role.OPERATOR, "Lê Thu Hà")
        yield made


def commands(folder: Path, listen: str) -> Run:
    """Return what runs a command beside a platform that listens there."""
    config = folder / "thongsuot.toml"
    config.write_text(
        f'[ledger]\nurl = "sqlite:///ledger.db"\n[web]\nlisten = "{listen}"\n'
        "[series]\nenabled = false\n"
    )

    async def run(*args: str, language: str = "en") -> Result:
        return await asyncio.to_thread(
            CliRunner().invoke,
            incidents.app,
            [*args, "-c", str(config)],
            env={"THONGSUOT_LANG": language},
        )

    return run


@pytest.fixture
def run(world: World, tmp_path: Path) -> Run:
    """Run a command where no platform answers."""
    return commands(tmp_path, f"127.0.0.1:{free_port()}")


@pytest.fixture
async def beside(world: World, tmp_path: Path) -> AsyncIterator[Run]:
    """Run a command beside the platform, which answers."""
    async with served(world) as address:
        yield commands(tmp_path, address.removeprefix("http://"))


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


async def test_open_ones_are_listed_worst_first_and_by_their_names(run: Run) -> None:
    rows = told(await run("list", "--json"))
    assert [(row["incident"], row["severity"]) for row in rows] == [
        (HUB, "critical"),
        (OTHER, "major"),
    ]
    assert rows[0]["touched"] == 16
    text = (await run("list", language="vi")).stdout
    assert "khẩn cấp" in text
    assert "đang diễn ra" in text


async def test_what_is_over_is_listed_when_it_is_asked_for(world: World, run: Run) -> None:
    hand = world.context.by_hand
    assert hand is not None
    await hand.merge(HUB, [OTHER], Decision("lan", "một sợi cáp"))
    assert [row["incident"] for row in told(await run("list", "--json"))] == [HUB]
    both = told(await run("list", "--all", "--json"))
    assert {row["incident"]: row["merged_into"] for row in both} == {HUB: None, OTHER: HUB}
    lately = told(await run("list", "--since", "9999d", "--json"))
    assert [row["incident"] for row in lately] == [HUB]
    refused = await run("list", "--since", "yesterday")
    assert (refused.exit_code, "write it like 30m, 24h, 7d" in refused.stderr) == (1, True)


async def test_an_incident_is_taken_on_once_in_the_name_that_is_given(
    world: World, run: Run
) -> None:
    taken = told(await run("ack", HUB, "--by", "ha", "--note", "đang tới trạm", "--json"))
    assert taken == {"ok": True, "incident": HUB, "by": "ha"}
    assert (await world.ledger.incidents.get(HUB)).acked_by == "ha"
    again = await run("ack", HUB, language="vi")
    assert (again.exit_code, again.stderr) == (1, f"ha đã tiếp nhận sự cố {HUB}\n")
    [row] = [r for r in await world.ledger.people.audit_rows() if r.action == "incident.ack"]
    assert (row.actor, row.origin, row.detail) == ("ha", actor(), "đang tới trạm")
    assert "Lê Thu Hà" in (await run("list")).stdout


async def test_a_contact_may_be_named_as_people_say_the_name(world: World, run: Run) -> None:
    assert (await run("comment", HUB, "x", "--by", "Nguyễn Thị Lan")).exit_code == 0
    assert (await world.ledger.incidents.notes(HUB))[-1].actor == "lan"
    namesake = Contact(slug="lan2", name="Nguyễn Thị Lan", email="lan2@example.vn")
    put = Inventory(contacts=(namesake,))
    await world.ledger.inventory.apply(Changes(put=put), "test", world.clock.now())
    unclear = await run("comment", HUB, "x", "--by", "Nguyễn Thị Lan", language="vi")
    assert unclear.exit_code == 1
    assert unclear.stderr.startswith("“Nguyễn Thị Lan” chưa rõ là đầu mối nào; ghi một trong:")
    assert "lan2" in unclear.stderr


async def test_whoever_is_at_the_terminal_speaks_unless_another_is_named(
    world: World, run: Run
) -> None:
    assert (await run("comment", HUB, "VNPT báo đứt cáp ở km 12")).exit_code == 0
    note = (await world.ledger.incidents.notes(HUB))[-1]
    assert (note.kind, note.actor, note.text) == ("comment", actor(), "VNPT báo đứt cáp ở km 12")
    stranger = await run("comment", HUB, "x", "--by", "ai-do", language="vi")
    assert stranger.exit_code == 1
    assert stranger.stderr.startswith("Không có tài khoản hay đầu mối ai-do")
    nothing = await run("comment", HUB, "  ", language="vi")
    assert (nothing.exit_code, nothing.stderr) == (2, "incident: TEXT: chưa ghi gì. Ghi vài lời.\n")
    assert (await run("comment", "SC-0", "x")).stderr == "There is no incident SC-0\n"


async def test_a_ticket_goes_from_reported_over_received_to_fixed(world: World, run: Run) -> None:
    early = await run("ticket", HUB, "received")
    assert (early.exit_code, "Nobody has told any carrier" in early.stderr) == (1, True)
    assert (await run("ticket", HUB)).stdout == f"No carrier was told of {HUB}.\n"
    at = f"{SystemClock().now().astimezone(LOCAL) - timedelta(hours=1):%Y-%m-%dT%H:%M}"
    reported = ("ticket", HUB, "reported", "--carrier", "VNPT", "--at", at, "--by", "lan")
    [row] = told(await run(*reported, "--json"))
    assert (row["carrier"], row["reported_by"], row["received_at"]) == ("VNPT", "lan", None)
    [row] = told(await run("ticket", HUB, "received", "--number", "VNP-77", "--json"))
    assert (row["number"], row["fixed_at"]) == ("VNP-77", None)
    again = await run("ticket", HUB, "received")
    assert (again.exit_code, "is known already" in again.stderr) == (1, True)
    assert (await run("ticket", HUB, "fixed", "--why", "đứt cáp")).exit_code == 0
    text = (await run("ticket", HUB, language="vi")).stdout
    assert "nguyên nhân nhà mạng nêu" in text
    assert "đứt cáp" in text
    assert [one.why for one in await world.ledger.tickets.of(HUB)] == ["đứt cáp"]


async def test_with_tickets_of_several_carriers_one_has_to_be_named(run: Run) -> None:
    for carrier in ("VNPT", "Viettel"):
        assert (await run("ticket", HUB, "reported", "--carrier", carrier)).exit_code == 0
    which = await run("ticket", HUB, "fixed")
    assert (which.exit_code, "one of: VNPT, Viettel" in which.stderr) == (1, True)
    [row] = told(await run("ticket", HUB, "fixed", "--carrier", "viettel", "--json"))
    assert (row["carrier"], row["fixed_at"] is None) == ("Viettel", False)
    wrong = await run("ticket", HUB, "done")
    assert wrong.exit_code == 2
    assert "there is no step “done”. Choose one of: reported, received, fixed" in wrong.stderr
    unnamed = await run("ticket", HUB, "reported")
    assert (unnamed.exit_code, unnamed.stderr) == (
        2,
        "ticket: carrier: this incident is of no line. Name the carrier that was told.\n",
    )


async def test_of_a_line_without_a_carrier_the_command_says_where_to_enter_it(
    world: World, run: Run
) -> None:
    await entered(world, carrier=None)
    refused = await run("ticket", HUB, "reported", language="vi")
    assert refused.exit_code == 2
    assert refused.stderr == (
        "ticket: carrier: danh mục chưa ghi nhà mạng của Kênh An Lộc. Ghi vào cột carrier của "
        "bảng links trong danh mục, hoặc nêu tên nhà mạng đã báo.\n"
    )
    await entered(world, carrier="VNPT")
    [row] = told(await run("ticket", HUB, "reported", "--json"))
    assert row["carrier"] == "VNPT"


async def entered(world: World, carrier: str | None) -> None:
    """Let the inventory have the line that is down."""
    devices = tuple(
        Device(slug=slug, name=slug, site="center", kind="router", address=f"10.0.0.{n}")
        for n, slug in enumerate(("core-1", "gw-an-loc"), start=1)
    )
    line = Link(
        slug="link-an-loc", name="Kênh An Lộc", near="core-1", far="gw-an-loc", carrier=carrier
    )
    put = Inventory(devices=devices, links=(line,))
    await world.ledger.inventory.apply(Changes(put=put), "test", SystemClock().now())


async def test_the_running_platform_merges_and_splits_in_the_name_of_who_decided(
    world: World, beside: Run
) -> None:
    merged = told(await beside("merge", HUB, OTHER, "--reason", "một sợi cáp", "--json"))
    assert merged["incident"] == HUB
    assert (await world.ledger.incidents.get(OTHER)).merged_into == HUB
    split = await beside("split", HUB, "ubnd-dak-o", "--reason", "máy hỏng", "--by", "ha")
    assert split.stdout == f"ubnd-dak-o is split off {HUB}: it is SC-20261122-0003 now.\n"
    assert (await world.ledger.incidents.get("SC-20261122-0003")).apart_from == HUB
    rows = {row.action: row for row in await world.ledger.people.audit_rows()}
    assert rows["incident.merge"].actor == actor()
    assert (rows["incident.split"].actor, rows["incident.split"].detail) == (
        "ha",
        "ubnd-dak-o: máy hỏng",
    )
    assert (rows["token.lend"].actor, rows["token.lend"].subject) == (actor(), "ha")
    assert await world.ledger.people.tokens() == [], "nothing of the tokens is left"


async def test_what_the_platform_refuses_is_said_as_it_says_it(beside: Run) -> None:
    itself = await beside("merge", HUB, HUB, "--reason", "x", language="vi")
    assert itself.exit_code == 1
    assert "sự cố" in itself.stderr
    stranger = await beside("split", HUB, "ubnd-dong-xoai", "--reason", "x", language="vi")
    assert stranger.stderr == f"ubnd-dong-xoai không thuộc sự cố {HUB}\n"
    assert (await beside("merge", HUB, "SC-1", "--reason", " ")).exit_code == 2


async def test_where_no_platform_runs_it_says_where_to_go(world: World, run: Run) -> None:
    alone = await run("merge", HUB, OTHER, "--reason", "x", language="vi")
    assert alone.exit_code == 1
    assert "Không hỏi được Thông Suốt ở 127.0.0.1:" in alone.stderr
    assert "thongsuot ready" in alone.stderr
    assert await world.ledger.people.tokens() == []
