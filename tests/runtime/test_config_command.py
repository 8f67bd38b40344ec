"""Configurations from the command line."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from core.clock import SystemClock
from runtime.cli import config as command
from storage.ledger import open_ledger
from storage.vault import Vault
from tests.databases import migrated
from tests.storage.test_configurations import a_paper

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a command with English answers over a ledger with two versions."""
    path = tmp_path / "thongsuot.toml"
    path.write_text('[ledger]\nurl = "sqlite:///ledger.db"\n[secrets]\nkey_file = "key"\n')
    url = f"sqlite:///{tmp_path / 'ledger.db'}"

    async def fill() -> None:
        migrated(url)
        ledger = await open_ledger(url, Vault.open(tmp_path / "key"), SystemClock())
        now = SystemClock().now()
        for number, text in enumerate(("secret abc\nmtu 1500\n", "secret abc\nmtu 9000\n")):
            await ledger.configurations.keep("gw-1", [a_paper(text)], now + timedelta(number))
        await ledger.aclose()

    asyncio.run(fill())
    return lambda *args: CliRunner().invoke(
        command.app, [*args, "-c", str(path)], env={"THONGSUOT_LANG": "en"}
    )


def test_versions_are_listed_shown_and_compared(run: Run) -> None:
    [newest] = json.loads(run("list", "--json").stdout)
    assert (newest["device"], newest["number"], newest["which"]) == ("gw-1", 2, "running")
    assert len(json.loads(run("list", "gw-1", "--json").stdout)) == 2
    assert run("show", "2").stdout == "secret ***\nmtu 9000\n"
    told = run("diff", "1", "2")
    assert told.exit_code == 1
    assert told.stdout.splitlines() == [" secret ***", "-mtu 1500", "+mtu 9000"]
    assert run("diff", "2", "2").exit_code == 0
    assert json.loads(run("diff", "1", "2", "--json").stdout)["lines"][1] == "-mtu 1500"


def test_the_whole_is_audited(run: Run) -> None:
    assert run("show", "2", "--whole").stdout == "secret abc\nmtu 9000\n"
    assert run("show", "4711").exit_code == 1
