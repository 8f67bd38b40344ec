"""A backup brought back: into a scratch place, or in the place of what there is."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import Conflict
from core.text import Text
from runtime import settings_edit
from runtime.backup import KEY, LEDGER, LOCKED_KEY, SERIES, SETTINGS, STEPS, Told
from storage import archive, engine_copy, locked, replacing
from storage.copies import Copied

_BESIDE = ".before-restore"


@dataclass(frozen=True, slots=True)
class Places:
    """Where the parts go. `settings`: None leaves the settings of the backup out."""

    ledger: str  # address
    key: Path
    series: Path | None
    settings: Path | None = None


def scratch(folder: Path) -> Places:
    """Return the places of a platform of its own below a folder."""
    return Places(
        ledger=f"sqlite:///{folder / 'var/thongsuot.db'}",
        key=folder / "var/master.key",
        series=folder / "var/series",
        settings=folder / "thongsuot.toml",
    )


async def restore(
    file: Path, places: Places, told: Told, *, passphrase: str | None, force: bool
) -> dict[str, Any]:
    """Prove a backup whole and put its parts in their places; return its manifest.

    Nothing is changed before everything is unpacked and right. Conflict if the file is missing,
    damaged or newer than this software, a platform runs, or (without `force`) something is
    there already. What is replaced is kept under names that end in `before-restore`.
    """
    _must_be_there(file)
    if not force and await replacing.holds_anything(places.ledger):
        raise Conflict(
            Text(
                vi="Sổ cái đã có dữ liệu; thêm --force để thay (bản cũ được giữ bên cạnh)",
                en="The ledger holds data; --force replaces it (the old one is kept beside)",
            )
        )
    with _unpacked(file, places, told) as (folder, manifest):
        key = _key(folder, passphrase)
        copied = Copied(manifest["revision"], manifest["rows"])
        if places.series is not None and engine_copy.running_at(places.series):
            raise Conflict(
                Text(
                    vi="Thông Suốt đang chạy ở nơi khôi phục; dừng nó trước",
                    en="A platform runs where the backup is to go; stop it first",
                )
            )
        await replacing.replace(
            places.ledger,
            folder / LEDGER,
            copied,
            lambda _table, rows: told(STEPS["ledger"], rows),
        )
        if key is not None:
            _put_key(key, places.key)
        if places.series is not None and (folder / SERIES).is_dir():
            engine_copy.put_back(folder / SERIES, places.series)
        if places.settings is not None:
            _put_settings(folder / SETTINGS, places)
    return manifest


def _must_be_there(file: Path) -> None:
    if not file.is_file():
        raise Conflict(Text(vi=f"Không có tệp {file}", en=f"There is no file {file}"))


@contextmanager
def _unpacked(file: Path, places: Places, told: Told) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the proved parts of a backup, on the disk that they will stay on."""
    near = (places.series or places.key).parent
    near.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=near) as name:
        folder = Path(name)
        manifest = archive.unpack(file, folder, lambda count: told(STEPS["file"], count))
        yield folder, manifest


def _key(folder: Path, passphrase: str | None) -> bytes | None:
    if (folder / KEY).exists():
        return (folder / KEY).read_bytes()
    if not (folder / LOCKED_KEY).exists():
        return None
    if not passphrase:
        raise Conflict(
            Text(
                vi="Khoá chủ trong bản sao lưu có cụm mật khẩu bảo vệ: thêm --passphrase-file TỆP",
                en="The master key of the backup is locked: add --passphrase-file FILE",
            )
        )
    return locked.unlock((folder / LOCKED_KEY).read_bytes(), passphrase)


def _put_key(key: bytes, place: Path) -> None:
    if place.exists():
        if place.read_bytes() == key:
            return
        place.replace(place.with_name(place.name + _BESIDE))
    place.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(key)


def _put_settings(saved: Path, places: Places) -> None:
    """Write the settings of the backup, made to name the places that it was restored to."""
    if places.settings is None or not saved.exists():
        return
    shutil.copy(saved, places.settings.with_name(f"{places.settings.stem}-as-saved.toml"))
    places.settings.write_text(
        settings_edit.changed(
            saved.read_text(encoding="utf-8"),
            {
                ("ledger", "url"): "sqlite:///var/thongsuot.db",
                ("secrets", "key_file"): "var/master.key",
                ("series", "directory"): "var/series",
                ("series", "spool"): "var/spool.db",
                ("series", "port"): 0,
                ("backup", "directory"): "var/backups",
                ("web", "listen"): "127.0.0.1:8081",
            },
        ),
        encoding="utf-8",
    )
    places.settings.chmod(0o600)
