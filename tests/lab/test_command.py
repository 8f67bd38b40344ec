"""`thongsuot lab …` from another shell: break, mend, ask; people and scripts both understand."""

import asyncio
import json
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from core.inventory import Inventory
from inventory import csvfiles, validate
from lab import province
from lab.client import LabClient, default_socket
from runtime.cli.lab import app
from tests.lab.probes import namespaces_refused, started, until

REFUSED = namespaces_refused()


@pytest.fixture
def socket(tmp_path: Path) -> Iterator[Path]:
    if REFUSED is not None:
        pytest.skip(f"no network namespaces: {REFUSED}")
    path = tmp_path / "lab.sock"
    lab = started(["lab", "up", "--socket", str(path)])
    yield path
    lab.terminate()
    lab.wait()


def run(*words: str, language: str = "en") -> Result:
    return CliRunner().invoke(app, list(words), env={"THONGSUOT_LANG": language, "COLUMNS": "80"})


@pytest.mark.lab
async def test_a_line_is_broken_and_mended_from_another_shell(socket: Path) -> None:
    client, at = LabClient(socket), ("--socket", str(socket))
    await until(lambda: socket.exists() and bool(client.status()["ok"]))

    def talk() -> None:
        cut = json.loads(run("cut", "bom-bo", "halfin", *at, "--json").stdout)
        assert cut["cuts"][0]["touches"] == ["bom-bo-gw", "bom-bo-vc"]
        again = run("cut", "kenh-bom-bo", *at)
        assert again.exit_code == 1
        assert "cut already" in again.stderr
        said = run("status", *at).stdout
        assert "2 of 163 devices are silent" in said
        assert "one direction lost" in said
        assert "mất một chiều" in run("status", *at, language="vi").stdout
        slow = run("degrade", "tho-son", "--loss", "20", "--delay", "50", *at).stdout
        assert "loss 20 %, delay 50 ± 0 ms" in slow
        listed = run("list", *at).stdout
        assert "kenh-cum-phuoc-long-dp" in listed
        assert "degraded" in listed
        assert "fine" in listed
        nothing = run("degrade", "bom-bo", "--loss", "0", *at, "--json")
        assert nothing.exit_code == 1
        assert "lab clear kenh-bom-bo" in json.loads(nothing.stdout)["error"]
        rows = json.loads(run("list", "--json", *at).stdout)
        assert len(rows) == 55 + 10  # lines and services
        assert run("restore", "bom-bo", *at).exit_code == 0
        assert "0 of 163" in run("clear", *at).stdout
        assert "whom" not in run("clear", "tho-son", *at).stdout
        assert run("stop", *at).exit_code == 0

    await asyncio.to_thread(talk)
    await until(lambda: not socket.exists())


def test_without_a_lab_the_mend_is_told(tmp_path: Path) -> None:
    said = run("status", "--socket", str(tmp_path / "none.sock"))
    assert said.exit_code == 1
    assert "Start `thongsuot lab up`" in said.stderr
    as_json = run("cut", "x", "--json", "--socket", str(tmp_path / "none.sock"))
    assert (as_json.exit_code, json.loads(as_json.stdout)["ok"]) == (1, False)
    assert "Hãy chạy" in run("status", "--socket", str(tmp_path / "x"), language="vi").stderr


def test_a_size_that_cannot_be_built_is_refused_with_the_form_it_needs(tmp_path: Path) -> None:
    for size in ("many", "12x3", "2x99"):
        said = run("export", str(tmp_path), "--size", size)
        assert said.exit_code == 1
        assert "HUBSxCOMMUNES" in said.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("words", [(), ("--three-tier",), ("--size", "3x9")])
def test_an_exported_province_is_an_inventory_without_a_fault(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    assert run("export", str(tmp_path), *words).exit_code == 0
    read = csvfiles.read(tmp_path)
    assert validate.problems(read, date(2026, 11, 22)) == []
    if not words:
        assert sorted_rows(read) == sorted_rows(province.inventory())


def sorted_rows(inventory: Inventory) -> list[str]:
    return sorted(row.model_dump_json() for _, rows in inventory for row in rows)


def test_the_default_socket_lies_where_this_account_may_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert default_socket() == tmp_path / "thongsuot" / "lab.sock"
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    assert default_socket().name == "lab.sock"
    assert os.access(default_socket().parents[1], os.W_OK)
