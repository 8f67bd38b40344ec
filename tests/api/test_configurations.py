"""Configurations on pages and by the interface: masked for operators, whole for administrators."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from api.configurations import beside, compared, unified
from api.context import Web
from core.configuration import Kept
from core.people import Role
from core.watching import Check, Estate
from storage.ledger import open_ledger
from storage.vault import Vault
from tests.api.world import DAWN, World, a_world, all_up, estate
from tests.storage.test_configurations import a_paper

PAGE = "/targets/core-1/configurations"


def watched() -> Estate:
    """Return the estate with a check that reads the configuration of the core."""
    known = estate()
    check = Check(
        slug="core-1/cli_config", target="core-1", collector="cli_config", address="10.75.0.6"
    )
    return known.model_copy(update={"checks": (*known.checks, check)})


@pytest.fixture
async def keeping(tmp_path: Path) -> AsyncIterator[World]:
    """Yield a world whose ledger has a key, and two versions of one configuration."""
    settings = Web(base_url="http://thongsuot.test", hosts=("thongsuot.test",))
    async with a_world(tmp_path, settings=settings, estate=watched) as world:
        await world.commit(all_up(DAWN - timedelta(hours=1)))
        vault = Vault.open(tmp_path / "master.key")
        ledger = await open_ledger(world.ledger.database.url, vault, world.clock)
        world.app.state.context = replace(world.context, ledger=ledger)
        book, now = ledger.configurations, world.clock.now()
        await book.keep("core-1", [a_paper("hostname R1\nsecret abc\nmtu 1500\n")], now)
        await book.keep(
            "core-1",
            [
                a_paper("hostname R1\nsecret abc\nmtu 9000\n"),
                a_paper("hostname R1\nsecret abc\nmtu 1500\n", Kept.STARTUP),
            ],
            now + timedelta(hours=4),
        )
        yield world
        await ledger.aclose()


async def test_versions_are_listed_and_compared(keeping: World) -> None:
    operator = await keeping.token(Role.OPERATOR)
    told = await keeping.client.get("/api/v1/targets/core-1/configurations", headers=operator)
    newest, second, oldest = sorted(told.json(), key=lambda row: -row["id"])
    assert (newest["kind"], second["kind"], oldest["kind"]) == ("startup", "running", "running")
    assert second["unsaved"] is True
    told = await keeping.client.get(
        "/api/v1/configurations/difference",
        params={"old": oldest["id"], "new": second["id"]},
        headers=operator,
    )
    changed = [(line["sign"], line["text"]) for line in told.json()["lines"]]
    assert ("gone", "mtu 1500") in changed
    assert ("new", "mtu 9000") in changed


async def test_nobody_but_administrators_gets_the_whole_and_it_is_audited(keeping: World) -> None:
    path = "/api/v1/configurations/1"
    operator = await keeping.token(Role.OPERATOR)
    shown = (await keeping.client.get(path, headers=operator)).json()
    assert shown["text"] == "hostname R1\nsecret ***\nmtu 1500\n"
    assert "abc" not in str(shown)
    refused = await keeping.client.post(f"{path}/whole", headers=operator)
    assert refused.status_code == 403
    viewer = await keeping.token(Role.VIEWER)
    assert (await keeping.client.get(path, headers=viewer)).status_code == 403
    admin = await keeping.token(Role.ADMIN)
    whole = await keeping.client.post(f"{path}/whole", headers=admin)
    assert whole.text == "hostname R1\nsecret abc\nmtu 1500\n"
    assert whole.headers["cache-control"] == "no-store"
    assert 'filename="core-1-running-' in whole.headers["content-disposition"]
    [row] = await keeping.ledger.people.audit_rows(1)
    assert (row.action, row.subject) == ("configuration.reveal", "core-1")


async def test_the_page_says_what_is_not_saved_and_shows_it(keeping: World) -> None:
    operator = await keeping.token(Role.OPERATOR)
    page = (await keeping.client.get(PAGE, headers=operator)).text
    assert "Cấu hình đang chạy chưa được lưu" in page
    assert "mtu 9000" in page
    assert "abc" not in page
    two = (await keeping.client.get(f"{PAGE}?old=1&new=2&form=beside", headers=operator)).text
    assert "diff beside" in two
    device = (await keeping.client.get("/targets/core-1", headers=operator)).text
    assert f'href="{PAGE}"' in device


async def test_versions_of_another_device_are_not_shown_under_this_one(keeping: World) -> None:
    admin = await keeping.token(Role.ADMIN)
    for path in ("/targets/mcu-1/configurations/1", "/targets/mcu-1/configurations?old=1&new=2"):
        assert (await keeping.client.get(path, headers=admin)).status_code == 404
    path = "/targets/mcu-1/configurations/1/whole"
    assert (await keeping.client.post(path, headers=admin)).status_code == 404


def test_a_difference_has_its_lines_below_and_beside_each_other() -> None:
    before = "".join(f"line {n}\n" for n in range(40))
    after = before.replace("line 5\n", "line five\nline five and a half\n").replace("line 30\n", "")
    lines = compared(before, after)
    told = unified(lines)
    assert [line for line in told if line[0] in "-+"] == [
        "-line 5",
        "+line five",
        "+line five and a half",
        "-line 30",
    ]
    assert told.count("@@") == 1
    pairs = beside(lines)
    changed = [(p.old and p.old.text, p.new and p.new.text) for p in pairs if p.old is not p.new]
    assert changed == [("line 5", "line five"), (None, "line five and a half"), ("line 30", None)]
    assert compared(before, before) == []
