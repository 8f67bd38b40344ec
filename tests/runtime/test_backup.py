"""A backup taken while the platform runs, restored, drilled, damaged, rotated."""

import asyncio
import json
import shutil
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.clock import SystemClock
from core.errors import Conflict, DomainError
from core.inventory import Changes
from core.labels import Series
from core.people import AuditRow, Role
from core.status import Status, Transition
from core.text import Text
from runtime import backup, drill, settings_edit
from runtime.assembly import open_books
from runtime.cli import backup as backup_command
from runtime.cli import restore as restore_command
from runtime.figures import figures, last_month
from runtime.restore import Places, restore, scratch
from runtime.settings import Settings, load
from storage import archive, copies, migrations
from storage.engine import PROGRAMS, Engine, EngineOptions
from storage.hold import held
from storage.ledger import open_ledger
from storage.sender import Sender
from storage.spool import Spool
from storage.status import write_transitions
from storage.vault import Vault
from tests.databases import PostgresServer
from tests.inventory.builders import a_land

NOW = datetime(2026, 11, 2, 3, 4, 5, tzinfo=UTC)
needs_victoria = pytest.mark.skipif(
    not any(shutil.which(name) for name in PROGRAMS), reason="victoria-metrics is not installed"
)


def silent(_step: Text, _count: int) -> None:
    """Take no note."""


def platform(folder: Path, url: str, **more: str) -> tuple[Settings, Path]:
    """Return the settings of a platform on a ledger, and their file."""
    file = folder / "thongsuot.toml"
    lines = [f'[ledger]\nurl = "{url}"\n']
    lines += [f"[{section}]\n{rows}\n" for section, rows in more.items()]
    file.write_text("".join(lines))
    return load(file, {}), file


async def furnish(settings: Settings) -> None:
    """Put an account, a secret and an outage of last month into the ledger."""
    vault = Vault.open(settings.secrets.key_file)
    ledger = await open_ledger(settings.ledger.url, vault, SystemClock())
    await ledger.inventory.apply(Changes(put=a_land()), "test", NOW)
    await ledger.people.create_user("an", "Ấn", Role.ADMIN, "x", NOW)
    await ledger.secrets.set_secret("snmp-default", "bí mật", "an", NOW)
    begin, _ = last_month(NOW)
    at = begin + timedelta(days=3)
    seven, nine = at + timedelta(hours=7), at + timedelta(hours=9)
    rows = [
        Transition("dc-1", Status.UNKNOWN, Status.UP, at, at, "answer"),
        Transition("dc-1", Status.UP, Status.DOWN, seven, seven, "silence"),
        Transition("dc-1", Status.DOWN, Status.UP, nine, nine, "answer"),
    ]
    async with ledger.database.writing() as connection:
        await write_transitions(connection, rows)
    await ledger.aclose()


async def made(tmp_path: Path, url: str, passphrase: str | None = None) -> tuple[Settings, Path]:
    settings, file = platform(tmp_path, url)
    await furnish(settings)
    wanted = backup.Wanted(settings, file, passphrase=passphrase)
    output = tmp_path / "b" / "copy.tar"
    await backup.make(wanted, output, NOW, silent)
    return settings, output


async def test_a_restored_platform_has_everything_the_first_one_had(
    ledger_url: str, tmp_path: Path
) -> None:
    settings, file = await made(tmp_path, ledger_url)
    assert file.stat().st_mode & 0o777 == 0o600
    places = scratch(tmp_path / "scratch")
    await restore(file, places, silent, passphrase=None, force=False)
    assert places.key.read_bytes() == settings.secrets.key_file.read_bytes()
    assert places.key.stat().st_mode & 0o777 == 0o600
    ledger = await open_ledger(places.ledger, Vault.open(places.key), SystemClock())
    assert await ledger.secrets.reveal("snmp-default") == "bí mật"
    found = await figures(ledger, NOW)
    assert found.targets["dc-1"]["down"] == 2 * 3600 * 10**6
    assert found.units["xa-1"][2] == 2 * 3600
    await ledger.aclose()
    assert places.settings is not None
    assert load(places.settings, {}).ledger.url == places.ledger


async def test_the_drill_finds_every_figure_equal(ledger_url: str, tmp_path: Path) -> None:
    _, file = await made(tmp_path, ledger_url)
    *findings, series = await drill.drill(file, tmp_path, NOW, silent, passphrase=None)
    assert all(finding.right for finding in findings)
    assert (series.what.en, series.right) == ("time series: not in the backup", None)
    assert {"uptime report of every unit in 10/2026", "rows of transitions"} <= {
        finding.what.en for finding in findings
    }
    assert list(tmp_path.glob(".drill*")) == []  # noqa: ASYNC240


async def test_the_drill_names_what_differs(sqlite_url: str, tmp_path: Path) -> None:
    """As it would be if we had lost rows or counted otherwise than last night."""
    _, file = await made(tmp_path, sqlite_url)
    folder = tmp_path / "altered"
    folder.mkdir()
    manifest = archive.unpack(file, folder)
    files = manifest.pop("files")
    manifest["rows"]["users"] = 7
    manifest["figures"]["targets"]["dc-1"]["down"] += 1
    manifest["figures"]["units"]["dong-nai"][2] += 1
    altered = tmp_path / "altered.tar"
    with archive.written(altered) as into:
        for name in files:
            into.add(folder / name, name)
        into.seal(manifest)
    findings = await drill.drill(altered, tmp_path, NOW, silent, passphrase=None)
    assert [finding.what.en for finding in findings if finding.right is False] == [
        "rows of users",
        "time in every status of every target in 10/2026",
        "uptime report of every unit in 10/2026",
    ]


async def test_a_locked_key_opens_with_its_passphrase_alone(
    sqlite_url: str, tmp_path: Path
) -> None:
    settings, file = await made(tmp_path, sqlite_url, passphrase="ngựa đúng pin")
    assert settings.secrets.key_file.read_bytes() not in file.read_bytes()
    for wrong in (None, "ngựa sai pin"):
        with pytest.raises(Conflict):
            await restore(file, scratch(tmp_path / "no"), silent, passphrase=wrong, force=False)
        assert not (tmp_path / "no/var/thongsuot.db").exists()
    places = scratch(tmp_path / "yes")
    await restore(file, places, silent, passphrase="ngựa đúng pin", force=False)
    assert places.key.read_bytes() == settings.secrets.key_file.read_bytes()


async def test_a_damaged_backup_changes_nothing(sqlite_url: str, tmp_path: Path) -> None:
    _, file = await made(tmp_path, sqlite_url)
    whole = file.read_bytes()
    offsets = [*range(0, len(whole), max(1, len(whole) // 20)), 700, len(whole) // 2]
    refused = 0
    for number, offset in enumerate(offsets):
        spoilt = bytearray(whole)
        spoilt[offset] ^= 0x10
        file.write_bytes(spoilt)
        places = scratch(tmp_path / f"s{number}")
        try:
            await restore(file, places, silent, passphrase=None, force=False)
        except Conflict:
            refused += 1
            assert not (tmp_path / f"s{number}/var/thongsuot.db").exists()
            assert not places.key.exists()
        # Else the flipped bit lay in padding, which holds nothing.
    assert refused > len(offsets) // 3
    for length in (0, 100, 512, len(whole) // 2, len(whole) - 12000):
        file.write_bytes(whole[:length])
        with pytest.raises(Conflict, match="not a whole, unaltered backup"):
            await restore(
                file, scratch(tmp_path / f"c{length}"), silent, passphrase=None, force=False
            )


async def test_a_member_that_would_land_elsewhere_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "evil.tar"
    (tmp_path / "x").write_text("x")
    with tarfile.open(file, "w") as tar:
        tar.add(tmp_path / "x", "../outside")
    with pytest.raises(Conflict, match="strange member"):
        archive.unpack(file, tmp_path / "in")
    assert not (tmp_path / "outside").exists()


async def test_in_place_it_replaces_only_when_told_and_keeps_what_was_there(
    ledger_url: str, tmp_path: Path
) -> None:
    settings, file = await made(tmp_path, ledger_url)
    places = Places(ledger_url, settings.secrets.key_file, None)
    with pytest.raises(Conflict, match="--force"):
        await restore(file, places, silent, passphrase=None, force=False)
    ledger = await open_ledger(ledger_url, None, SystemClock())
    await ledger.people.audit(AuditRow(at=NOW, actor="an", action="since", subject=""))
    before = await copies.counts(ledger_url)
    await ledger.aclose()
    await restore(file, places, silent, passphrase=None, force=True)
    after = await copies.counts(ledger_url)
    assert after["audit"] == before["audit"] - 1
    if ledger_url.startswith("sqlite"):
        assert await copies.counts(f"{ledger_url}.before-restore") == before
    await restore(file, places, silent, passphrase=None, force=True)  # and again


async def test_while_a_platform_runs_its_ledger_is_not_replaced(
    ledger_url: str, tmp_path: Path
) -> None:
    settings, file = await made(tmp_path, ledger_url)
    places = Places(ledger_url, settings.secrets.key_file, None)
    async with held(ledger_url):
        with pytest.raises(Conflict, match="running"):
            await restore(file, places, silent, passphrase=None, force=True)
    assert (await copies.counts(ledger_url))["users"] == 1


@pytest.mark.postgres
async def test_a_restore_that_fails_midway_leaves_the_ledger_as_it_was(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.migrated()
    settings, file = await made(tmp_path, url)
    before = await copies.counts(url)
    upgrade = migrations.upgrade

    async def breaking(url: str, revision: str = "head") -> None:
        if revision == "head":
            raise DomainError(Text(vi="hỏng", en="broken"))
        await upgrade(url, revision)

    monkeypatch.setattr(migrations, "upgrade", breaking)
    with pytest.raises(DomainError, match="broken"):
        await restore(
            file,
            Places(url, settings.secrets.key_file, None),
            silent,
            passphrase=None,
            force=True,
        )
    assert await copies.counts(url) == before
    assert await migrations.current(url) == migrations.head()
    postgres.drop(url)


async def test_a_disk_that_would_fall_below_its_floor_is_spared(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, file = platform(
        tmp_path, sqlite_url, series='directory = "series"', disk='floor = "1GB"'
    )
    await furnish(settings)
    (tmp_path / "series/data/data").mkdir(parents=True)
    (tmp_path / "series/data/data/part").write_bytes(bytes(5 << 20))
    left = {"free": (1 << 30) + (4 << 20)}
    monkeypatch.setattr("runtime.backup.free_bytes", lambda _path: left["free"])
    wanted = backup.Wanted(settings, file)
    manifest = await backup.make(wanted, tmp_path / "b/1.tar", NOW, silent)
    assert manifest["series_left_out"] is False  # 1 GB is fewer bytes than 1 GiB
    left["free"] = 10**9 + (4 << 20)
    manifest = await backup.make(wanted, tmp_path / "b/2.tar", NOW, silent)
    assert manifest["series_left_out"] is True
    assert manifest["rows"]["users"] == 1
    left["free"] = 10**9
    with pytest.raises(Conflict, match="no room for a backup"):
        await backup.make(wanted, tmp_path / "b/3.tar", NOW, silent)
    assert [path.name for path in sorted((tmp_path / "b").iterdir())] == ["1.tar", "2.tar"]


async def test_a_ledger_that_moves_to_a_new_version_is_saved_before(tmp_path: Path) -> None:
    settings, _ = platform(tmp_path, "sqlite:///old.db", backup='directory = "saved"')
    await migrations.upgrade(settings.ledger.url, "0001")
    ledger = await open_books(settings, SystemClock())
    await ledger.aclose()
    [saved] = (tmp_path / "saved").iterdir()
    assert saved.name.startswith(f"before-{migrations.head()}-")
    findings = await drill.drill(saved, tmp_path, NOW, silent, passphrase=None)
    assert all(finding.right is not False for finding in findings)
    await (await open_books(settings, SystemClock())).aclose()
    assert list((tmp_path / "saved").iterdir()) == [saved]  # nothing moves: nothing is saved


def test_rotation_keeps_the_newest_and_touches_no_other_file(tmp_path: Path) -> None:
    names = [backup.usual_name(NOW + timedelta(days=day)) for day in range(5)]
    for name in [*names, "thongsuot-before-upgrade.tar", "notes.txt"]:
        (tmp_path / name).touch()
    gone = backup.rotate(tmp_path, 2)
    assert [path.name for path in gone] == names[:3]
    assert {path.name for path in tmp_path.iterdir()} == {
        *names[3:],
        "thongsuot-before-upgrade.tar",
        "notes.txt",
    }


def test_the_drill_says_why_series_are_not_compared(sqlite_url: str, tmp_path: Path) -> None:
    settings, file = platform(tmp_path, sqlite_url, series='directory = "series"')
    asyncio.run(furnish(settings))
    data = tmp_path / "series" / "data"
    data.mkdir(parents=True)
    (data / "part").write_bytes(b"of an engine at rest")
    run = CliRunner(env={"THONGSUOT_LANG": "vi"}).invoke
    done = run(backup_command.app, ["-c", str(file), "-o", str(tmp_path / "cold.tar")])
    assert "cả chuỗi thời gian (lúc hệ thống dừng: diễn tập không so được)" in done.stdout
    done = run(backup_command.app, ["drill", str(tmp_path / "cold.tar"), "-c", str(file)])
    assert done.exit_code == 0
    assert "chuỗi thời gian: có, nhưng sao lưu lúc hệ thống dừng" in done.stdout


def test_a_backup_or_folder_that_is_not_there_is_named(sqlite_url: str, tmp_path: Path) -> None:
    settings, file = platform(tmp_path, sqlite_url, series="enabled = false")
    asyncio.run(furnish(settings))
    run = CliRunner(env={"THONGSUOT_LANG": "en"}).invoke
    missing = tmp_path / "missing.tar"
    done = run(restore_command.app, [str(missing), "-c", str(file)])
    assert (done.exit_code, done.stderr) == (1, f"There is no file {missing}\n")
    unmounted = tmp_path / "usb" / "copy.tar"
    done = run(backup_command.app, ["-c", str(file), "-o", str(unmounted)])
    assert (done.exit_code, done.stderr) == (1, f"There is no folder {unmounted.parent}\n")
    assert not unmounted.parent.exists()


@needs_victoria
async def test_the_series_of_a_running_engine_come_back(sqlite_url: str, tmp_path: Path) -> None:
    settings, file = platform(tmp_path, sqlite_url, series='directory = "series"')
    await furnish(settings)
    clock = SystemClock()
    engine = Engine(EngineOptions(tmp_path / "series", memory_bytes=64 << 20), clock)
    await engine.start()
    spool = Spool(tmp_path / "spool.db", 1 << 30, clock)
    sender = Sender(spool, engine.write_url, {}, clock, metrics_url=engine.metrics_url)
    sending = asyncio.create_task(sender.run())
    now = clock.now()
    # One that counts in an hour which ended a minute ago.
    series = Series("probe_success", (("instance", "xa-a"),))
    for age in (120, 180, 240):
        at = now - timedelta(seconds=age)
        await spool.append([(at, [(series, 1.0)])])
    async with asyncio.timeout(30):
        while (await backup.answers_at(engine.base_url, now - timedelta(minutes=1)))[
            "samples"
        ] != 3:
            await asyncio.sleep(0.1)
    output = tmp_path / "copy.tar"
    manifest = await backup.make(backup.Wanted(settings, file), output, now, silent)
    assert manifest["series"]["samples"] == 3
    assert list((tmp_path / "series/data/snapshots").iterdir()) == []  # removed again
    busy = Places(f"sqlite:///{tmp_path}/other.db", tmp_path / "k", tmp_path / "series")
    with pytest.raises(Conflict, match="stop it first"):
        await restore(output, busy, silent, passphrase=None, force=False)
    findings = await drill.drill(output, tmp_path, now, silent, passphrase=None)
    assert all(finding.right for finding in findings)
    assert ("samples of an hour", "3.0") in {(f.what.en, f.found) for f in findings}
    sending.cancel()
    await asyncio.wait([sending])
    await engine.stop()
    await spool.aclose()
    # At rest its files are copied as they lie there.
    cold = tmp_path / "cold.tar"
    assert (await backup.make(backup.Wanted(settings, file), cold, now, silent))["series"] == {}
    places = scratch(tmp_path / "again")
    await restore(cold, places, silent, passphrase=None, force=False)
    assert places.series is not None
    restored = Engine(EngineOptions(places.series, memory_bytes=64 << 20), clock)
    await restored.start()
    found = await backup.answers_at(restored.base_url, now - timedelta(minutes=1))
    await restored.stop()
    assert found["samples"] == 3


def test_the_commands_speak_json_and_end_with_their_codes(sqlite_url: str, tmp_path: Path) -> None:
    settings, file = platform(tmp_path, sqlite_url, series="enabled = false")
    asyncio.run(furnish(settings))
    config = ["-c", str(file)]
    apps = {"backup": backup_command.app, "restore": restore_command.app}

    def run(command: str, *words: str) -> tuple[int, str]:
        result = CliRunner().invoke(apps[command], [*words])
        return result.exit_code, result.stdout

    code, said = run("backup", "drill", *config)
    assert code == 1  # there is none yet
    code, said = run("backup", *config, "--keep", "1", "--json")
    assert code == 0
    told = json.loads(said)
    assert told["key"] == "open"
    assert told["rows"]["users"] == 1
    code, said = run("backup", "drill", *config, "--json")
    assert code == 0
    assert all(row["right"] is not False for row in json.loads(said))
    code, said = run("restore", told["file"], "--to", str(tmp_path / "scratch"), "--json")
    assert code == 0
    assert json.loads(said)["rows"]["users"] == 1
    assert run("restore", told["file"], "--to", str(tmp_path / "scratch"))[0] == 1
    assert run("restore", told["file"], *config)[0] == 1  # holds data
    assert run("restore", told["file"], *config, "--force")[0] == 0


def test_values_are_set_where_they_stand_and_all_else_stays() -> None:
    text = '# đầu\n[web]\n# nghe\nlisten = "127.0.0.1:8080"\n\n[ledger]\n\n[log]\nlevel = "info"\n'
    result = settings_edit.changed(
        text,
        {
            ("web", "listen"): "0.0.0.0:443",
            ("ledger", "url"): "sqlite:///x.db",
            ("backup", "keep"): 3,
            ("log", "level"): "info",
        },
    )
    assert result == (
        '# đầu\n[web]\n# nghe\nlisten = "0.0.0.0:443"  # listen = "127.0.0.1:8080"\n\n[ledger]\n'
        'url = "sqlite:///x.db"\n\n[log]\nlevel = "info"\n\n[backup]\nkeep = 3\n'
    )
    assert settings_edit.changed(result, {("backup", "keep"): 3}) == result
