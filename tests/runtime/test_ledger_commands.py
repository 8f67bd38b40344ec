"""Secrets, accounts, tokens and versions from the command line."""

import asyncio
import json
import os
import pty
import stat
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
from argon2 import PasswordHasher
from typer.testing import CliRunner, Result

from core.clock import SystemClock
from core.inventory import Changes, Contact, Inventory
from core.people import Role
from runtime.cli import migrate, secret, token, user
from storage.ledger import Ledger, open_ledger
from storage.vault import Vault

Run = Callable[..., Result]
T = TypeVar("T")


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "thongsuot.toml"
    path.write_text('[ledger]\nurl = "sqlite:///ledger.db"\n[secrets]\nkey_file = "master.key"\n')
    return path


@pytest.fixture
def run(settings: Path) -> Run:
    """Run a command with English answers."""
    modules = {"secret": secret, "user": user, "token": token, "migrate": migrate}

    def call(command: str, *args: str, typed: str = "", lang: str = "en") -> Result:
        return CliRunner().invoke(
            modules[command].app,
            [*args, "-c", str(settings)],
            input=typed,
            env={"THONGSUOT_LANG": lang},
        )

    return call


def look(settings: Path, work: Callable[[Ledger], Awaitable[T]]) -> T:
    """Ask the ledger that the commands wrote."""

    async def inside() -> T:
        folder = settings.parent
        key = folder / "master.key"
        vault = Vault.open(key) if key.exists() else None
        ledger = await open_ledger(f"sqlite:///{folder / 'ledger.db'}", vault, SystemClock())
        try:
            return await work(ledger)
        finally:
            await ledger.aclose()

    return asyncio.run(inside())


def test_a_secret_is_read_from_standard_input_and_never_shown(run: Run, settings: Path) -> None:
    done = run("secret", "set", "snmp-default", typed="hunter2 \n")
    assert (done.exit_code, done.output) == (0, "Secret snmp-default is kept.\n")
    assert look(settings, lambda book: book.secrets.reveal("snmp-default")) == "hunter2 "
    listed = run("secret", "list", "--json")
    assert json.loads(listed.output) == [{"name": "snmp-default"}]
    mode = (settings.parent / "master.key").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    (row,) = look(settings, lambda book: book.people.audit_rows())
    assert (row.action, row.subject) == ("secret.set", "snmp-default")
    assert row.actor.startswith("cli")
    assert run("secret", "remove", "snmp-default").exit_code == 0
    assert look(settings, lambda book: book.secrets.names()) == []


@pytest.mark.parametrize(
    ("name", "typed", "why"),
    [("Bad Name", "x\n", "lower-case"), ("fine", "\n", "empty"), ("fine", "", "empty")],
)
def test_a_secret_that_cannot_be_kept_is_refused(run: Run, name: str, typed: str, why: str) -> None:
    refused = run("secret", "set", name, typed=typed)
    assert refused.exit_code == 1
    assert why in refused.output


def test_an_account_is_given_no_contact_that_is_not_there(run: Run, settings: Path) -> None:
    add = ("user", "add", "lan", "--generate", "--contact", "lan")
    done = run(*add, lang="vi")
    assert done.exit_code == 1
    assert 'Không có đầu mối "lan" trong danh mục; có: chưa có ai' in done.output
    assert look(settings, lambda book: book.people.users()) == []
    lan = Changes(put=Inventory(contacts=(Contact(slug="lan", name="Lan"),)))
    look(settings, lambda book: book.inventory.apply(lan, "test", SystemClock().now()))
    assert run(*add).exit_code == 0


def test_a_secret_is_not_taken_from_the_command_line(run: Run) -> None:
    assert run("secret", "set", "smtp", "hunter2").exit_code == 2


def test_what_does_not_exist_cannot_be_removed(run: Run) -> None:
    missing = run("secret", "remove", "smtp", "--json")
    assert missing.exit_code == 1
    assert json.loads(missing.output)["error"] == "There is no secret smtp"


def test_a_secret_typed_at_a_terminal_is_not_echoed(settings: Path) -> None:
    ours, theirs = pty.openpty()
    command = "from runtime.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", command, "secret", "set", "smtp", "-c", str(settings)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        env={**os.environ, "THONGSUOT_LANG": "en"},
    )
    os.close(theirs)
    seen = b""
    for prompt in (b"Value of smtp: ", b"Again: "):
        while prompt not in seen:
            seen += os.read(ours, 1000)
        os.write(ours, b"hunter2\n")
    process.wait(60)
    while True:
        try:
            more = os.read(ours, 1000)
        except OSError:  # EIO: the other side is closed
            break
        if not more:
            break
        seen += more
    os.close(ours)
    assert process.returncode == 0, seen
    assert b"hunter2" not in seen
    assert look(settings, lambda book: book.secrets.reveal("smtp")) == "hunter2"


def test_an_account_gets_an_argon2_hash(run: Run, settings: Path) -> None:
    done = run(
        "user", "add", "an", "--role", "admin", "--full-name", "Nguyễn Văn An",
        "--password-stdin", typed="mật khẩu dài\n",
    )  # fmt: skip
    assert (done.exit_code, done.output) == (0, "Account an is added.\n")
    kept = look(settings, lambda book: book.people.password_hash("an"))
    assert kept is not None
    assert kept.startswith("$argon2id$")
    assert PasswordHasher().verify(kept, "mật khẩu dài")
    (account,) = json.loads(run("user", "list", "--json").output)
    assert (account["name"], account["full_name"], account["role"], account["disabled"]) == (
        "an", "Nguyễn Văn An", "admin", False,
    )  # fmt: skip
    assert "argon2" not in run("user", "list").output


def test_a_password_can_be_made_and_is_shown_once(run: Run, settings: Path) -> None:
    made = json.loads(run("user", "add", "an", "--generate", "--json").output)["password"]
    assert len(made) >= 12
    kept = look(settings, lambda book: book.people.password_hash("an"))
    assert PasswordHasher().verify(kept or "", made)
    again = json.loads(run("user", "passwd", "an", "--generate", "--json").output)["password"]
    assert again != made


@pytest.mark.parametrize(
    ("args", "typed", "why"),
    [
        (["an", "--password-stdin"], "short\n", "10 characters"),
        (["an"], "whatever it is\n", "--password-stdin"),
        (["Văn An", "--generate"], "", "lower-case"),
    ],
)
def test_an_account_that_cannot_be_is_refused(
    run: Run, args: list[str], typed: str, why: str
) -> None:
    refused = run("user", "add", *args, typed=typed)
    assert refused.exit_code == 1
    assert why in refused.output


def test_an_account_is_added_once_disabled_and_enabled(run: Run, settings: Path) -> None:
    assert run("user", "add", "an", "--generate").exit_code == 0
    twice = run("user", "add", "an", "--generate")
    assert twice.exit_code == 1
    assert "already" in twice.output
    assert run("user", "disable", "an").output == "Account an is disabled.\n"
    assert "có" in run("user", "list", lang="vi").output
    assert look(settings, lambda book: book.people.password_hash("an")) is None
    assert run("user", "enable", "an").exit_code == 0
    assert look(settings, lambda book: book.people.password_hash("an")) is not None
    assert run("user", "disable", "binh").exit_code == 1
    actions = [r.action for r in look(settings, lambda book: book.people.audit_rows())]
    assert actions == ["user.enable", "user.disable", "user.add"]


def test_a_token_is_made_listed_and_revoked(run: Run, settings: Path) -> None:
    made = json.loads(run("token", "create", "grafana", "--role", "viewer", "--json").output)
    plain = made["token"]
    assert look(settings, lambda book: book.people.token(plain)) == ("grafana", Role.VIEWER)
    listed = run("token", "list")
    assert "grafana" in listed.output
    assert plain not in listed.output
    assert run("token", "create", "grafana").exit_code == 1
    assert run("token", "create", "other", "--owner", "nobody").exit_code == 1
    assert run("token", "revoke", "grafana").exit_code == 0
    assert look(settings, lambda book: book.people.token(plain)) is None
    assert run("token", "revoke", "grafana").exit_code == 1


def test_tables_are_made_and_removed_by_version(run: Run) -> None:
    up = json.loads(run("migrate", "--json").output)
    assert up["ok"]
    assert up["before"] is None
    assert up["after"] is not None
    assert run("migrate", "--down").exit_code == 1
    unknown = run("migrate", "--to", "4711")
    assert unknown.exit_code == 1
    assert "4711" in unknown.output
    down = run("migrate", "--down", "--to", "base", lang="vi")
    assert down.output == f"Sổ cái: phiên bản {up['after']} → trống.\n"


def test_wrong_settings_are_named(run: Run, settings: Path) -> None:
    settings.write_text("[ledger]\nurk = 1\n")
    for command in (["user", "list"], ["secret", "list"], ["token", "list"], ["migrate"]):
        refused = run(*command)
        assert refused.exit_code == 2
        assert "urk" in refused.output


def test_a_login_of_snmpv3_is_looked_at_before_it_is_kept(run: Run, settings: Path) -> None:
    refused = run("secret", "set", "snmp-xa", typed="v3 user=gs auth=sha256:ngan\n")
    assert refused.exit_code == 1
    assert "fewer than 8 characters" in refused.stderr
    assert "ngan" not in refused.stderr
    kept = run("secret", "set", "snmp-xa", typed="v3 user=gs auth=sha256:mot-mat-khau\n")
    assert kept.exit_code == 0
    assert look(settings, lambda ledger: ledger.secrets.names()) is not None
