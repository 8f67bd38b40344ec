"""One backup as one file: a plain tar whose last members say what all the others must be.

`manifest.json` holds the SHA-256 of every member before it, `manifest.sha256` its own. A file
that was cut short has neither, so that it cannot pass for a whole one.
"""

import hashlib
import io
import json
import os
import shutil
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

from core.errors import Conflict, Unavailable
from core.text import Text

FORMAT = 1
MANIFEST, SEAL = "manifest.json", "manifest.sha256"
_PIECE = 1 << 20  # bytes read at once
Told = Callable[[int], None]  # bytes since the last time


class Archive:
    """A backup being written. Members are hashed as they are read: each is read once."""

    def __init__(self, tar: tarfile.TarFile, told: Told) -> None:
        self._tar = tar
        self._told = told
        self._sums: dict[str, str] = {}

    def add(self, path: Path, name: str) -> None:
        """Put a file in under a name."""
        with path.open("rb") as file:
            self._put(name, file, os.fstat(file.fileno()).st_size)

    def add_bytes(self, content: bytes, name: str) -> None:
        """Put bytes in under a name."""
        self._put(name, io.BytesIO(content), len(content))

    def seal(self, facts: Mapping[str, object]) -> None:
        """Put the manifest in, last of all."""
        manifest = {"format": FORMAT, **facts, "files": dict(self._sums)}
        content = json.dumps(manifest, ensure_ascii=False, indent=1, default=str).encode()
        self.add_bytes(content, MANIFEST)
        self.add_bytes(self._sums[MANIFEST].encode(), SEAL)

    def _put(self, name: str, file: IO[bytes], size: int) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        reader = _Hashing(file, self._told)
        self._tar.addfile(info, reader)
        self._sums[name] = reader.sum.hexdigest()


@contextmanager
def written(path: Path, told: Told = lambda _bytes: None) -> Iterator[Archive]:
    """Yield an archive that becomes `path` (mode 0600) at the end, or nothing after a failure.

    Unavailable if the disk does not take it; Conflict if the file exists.
    """
    if path.exists():
        raise Conflict(Text(vi=f"Đã có tệp {path}", en=f"{path} exists already"))
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            with tarfile.open(fileobj=file, mode="w") as tar:
                yield Archive(tar, told)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as fault:
        raise Unavailable(
            Text(
                vi=f"Không ghi được bản sao lưu {path}: {fault.strerror or fault}",
                en=f"The backup {path} cannot be written: {fault.strerror or fault}",
            )
        ) from fault
    finally:
        draft.unlink(missing_ok=True)


def unpack(path: Path, folder: Path, told: Told = lambda _bytes: None) -> dict[str, Any]:
    """Write every member below an empty folder and return the manifest, all checksums right.

    Conflict, with the folder empty again, if the file is no backup, cut short or altered.
    """
    try:
        with tarfile.open(path, "r:") as tar:
            sums = {name: _extract(tar, info, folder / name, told) for info, name in _members(tar)}
        return _checked(folder, sums)
    except (OSError, tarfile.TarError, ValueError, KeyError, EOFError) as fault:
        _clear(folder)
        raise damaged(path, str(fault)) from fault
    except Conflict:
        _clear(folder)
        raise


def manifest_of(path: Path) -> dict[str, Any]:
    """Return the manifest alone, unproved. Conflict if the file is no whole backup."""
    try:
        with tarfile.open(path, "r:") as tar:
            found = tar.extractfile(tar.getmember(MANIFEST))
            manifest: dict[str, Any] = json.loads(found.read() if found else b"")
            tar.getmember(SEAL)
            return manifest
    except (OSError, tarfile.TarError, ValueError, KeyError, EOFError) as fault:
        raise damaged(path, str(fault)) from fault


def damaged(path: Path, why: str) -> Conflict:
    """Return the refusal of a file that is not a whole, unaltered backup."""
    return Conflict(
        Text(
            vi=f"{path} không phải là bản sao lưu nguyên vẹn ({why}); chưa thay đổi gì",
            en=f"{path} is not a whole, unaltered backup ({why}); nothing was changed",
        )
    )


def _members(tar: tarfile.TarFile) -> Iterator[tuple[tarfile.TarInfo, str]]:
    for info in tar:
        place = PurePosixPath(info.name)
        if not info.isreg() or place.is_absolute() or ".." in place.parts:
            raise ValueError(f"strange member {info.name}")
        yield info, str(place)


def _extract(tar: tarfile.TarFile, info: tarfile.TarInfo, place: Path, told: Told) -> str:
    place.parent.mkdir(parents=True, exist_ok=True)
    source = tar.extractfile(info)
    if source is None:
        raise ValueError(info.name)
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        reader = _Hashing(source, told)
        shutil.copyfileobj(reader, out, _PIECE)
    if reader.count != info.size:
        raise ValueError(f"{info.name} is cut short")
    return reader.sum.hexdigest()


def _checked(folder: Path, sums: dict[str, str]) -> dict[str, Any]:
    if sums.get(MANIFEST) != (folder / SEAL).read_text():
        raise ValueError(f"{MANIFEST} was altered")
    manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
    if manifest["format"] != FORMAT:
        raise ValueError(f"format {manifest['format']}")
    given = {name: found for name, found in sums.items() if name not in {MANIFEST, SEAL}}
    wrong = sorted(
        name
        for name in given.keys() | manifest["files"].keys()
        if given.get(name) != manifest["files"].get(name)
    )
    if wrong:
        raise ValueError(", ".join(wrong[:3]))
    return manifest


def _clear(folder: Path) -> None:
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


class _Hashing:
    """Reads on behalf of someone else, and hashes what went by."""

    def __init__(self, file: IO[bytes], told: Told) -> None:
        self.sum = hashlib.sha256()
        self.count = 0
        self._file = file
        self._told = told

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self.sum.update(piece)
        self.count += len(piece)
        self._told(len(piece))
        return piece
