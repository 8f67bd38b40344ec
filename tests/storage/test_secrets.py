"""Credentials are unreadable at rest, bound to their name, and never shown by accident."""

import logging
import os
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from core.clock import SystemClock
from core.errors import Conflict, NotFound
from storage.ledger import Ledger, open_ledger
from storage.secrets import Keyring
from storage.tables import secrets
from storage.vault import Vault
from tests.storage.test_brain import NOW

PLAIN = "mật khẩu rất bí mật 🔑"


async def test_a_secret_is_revealed_as_it_was_set(ledger: Ledger) -> None:
    await ledger.secrets.set_secret("snmp-1", "old", "an", NOW)
    await ledger.secrets.set_secret("snmp-1", PLAIN, "an", NOW)
    await ledger.secrets.set_secret("smtp", "x", "an", NOW)
    assert await ledger.secrets.reveal("snmp-1") == PLAIN
    assert await ledger.secrets.reveal("other") is None
    assert await ledger.secrets.names() == ["smtp", "snmp-1"]
    keyring = await ledger.secrets.keyring()
    assert (keyring.reveal("snmp-1"), keyring.reveal("other")) == (PLAIN, None)
    await ledger.secrets.set_secret("other", "new", "an", NOW)
    await ledger.secrets.remove("snmp-1", "an", NOW)
    await ledger.secrets.refresh(keyring)
    assert (keyring.reveal("snmp-1"), keyring.reveal("other")) == (None, "new")


async def test_a_removed_secret_is_gone_and_both_are_on_the_audit_trail(ledger: Ledger) -> None:
    await ledger.secrets.set_secret("smtp", PLAIN, "an", NOW)
    await ledger.secrets.remove("smtp", "binh", NOW)
    assert await ledger.secrets.reveal("smtp") is None
    with pytest.raises(NotFound):
        await ledger.secrets.remove("smtp", "binh", NOW)
    trail = await ledger.people.audit_rows()
    assert [(r.actor, r.action, r.subject) for r in trail] == [
        ("binh", "secret.remove", "smtp"), ("an", "secret.set", "smtp"),
    ]  # fmt: skip
    assert PLAIN not in str(trail)


async def test_nothing_at_rest_holds_the_text(
    sqlite_ledger: Ledger, sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await sqlite_ledger.secrets.set_secret("smtp", PLAIN, "an", NOW)
    assert await sqlite_ledger.secrets.reveal("smtp") == PLAIN
    await sqlite_ledger.aclose()
    folder = Path(sqlite_url.removeprefix("sqlite:///")).parent
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) >= 2
    for path in files:
        assert PLAIN.encode() not in path.read_bytes(), path
    assert PLAIN not in caplog.text


def test_neither_vault_nor_keyring_shows_what_it_holds(tmp_path: Path) -> None:
    vault = Vault.open(tmp_path / "key")
    master = (tmp_path / "key").read_bytes()
    shown = repr(vault) + str(vars(vault)) + repr(Keyring({"smtp": PLAIN}))
    assert PLAIN not in shown
    assert repr(master) not in shown
    assert master.hex() not in shown


def test_a_sealed_text_fits_its_own_name_alone(tmp_path: Path) -> None:
    vault = Vault.open(tmp_path / "key")
    sealed = vault.seal("a", PLAIN)
    assert vault.unseal("a", sealed) == PLAIN
    with pytest.raises(Conflict, match="altered"):
        vault.unseal("b", sealed)
    flipped = bytes([sealed.sealed[-1] ^ 1])
    with pytest.raises(Conflict, match="altered"):
        vault.unseal("a", replace(sealed, sealed=sealed.sealed[:-1] + flipped))
    assert vault.seal("a", PLAIN).sealed != sealed.sealed


async def test_the_wrong_key_is_named(ledger: Ledger, ledger_url: str, tmp_path: Path) -> None:
    await ledger.secrets.set_secret("smtp", PLAIN, "an", NOW)
    other = await open_ledger(ledger_url, Vault.open(tmp_path / "other.key"), SystemClock())
    with pytest.raises(Conflict, match="sealed with another key"):
        await other.secrets.reveal("smtp")
    with pytest.raises(Conflict, match="sealed with another key"):
        await other.secrets.keyring()
    await other.aclose()
    none = await open_ledger(ledger_url, None, SystemClock())
    with pytest.raises(Conflict, match="no key file"):
        await none.secrets.reveal("smtp")
    with pytest.raises(Conflict, match="no key file"):
        await none.secrets.set_secret("x", "y", "an", NOW)
    await none.aclose()


def test_a_key_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "master.key"
    before = os.umask(0)
    try:
        first = Vault.open(path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Vault.open(path).key_id == first.key_id
    assert [p.name for p in path.parent.iterdir()] == ["master.key"]
    path.chmod(0o640)
    with pytest.raises(Conflict, match="chmod 600"):
        Vault.open(path)


def test_a_damaged_key_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(b"short")
    path.chmod(0o600)
    with pytest.raises(Conflict, match="damaged"):
        Vault.open(path)


def test_of_processes_that_make_the_key_at_once_all_get_the_same(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from storage.vault import Vault; "
        "print(Vault.open(Path(sys.argv[1])).key_id)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "key")]
    several = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    found = {process.communicate()[0] for process in several}
    assert len(found) == 1


async def test_every_secret_has_a_key_of_its_own(ledger: Ledger) -> None:
    for name in ("a", "b"):
        await ledger.secrets.set_secret(name, PLAIN, "an", NOW)
    async with ledger.database.reading() as connection:
        rows = (await connection.execute(select(secrets))).all()
    assert len({row.wrapped for row in rows}) == 2
