"""The maps of a folder, read again when a file of it has changed. An engine of the kit."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from collectors._oidmap.form import LONGEST, OidMap, read
from collectors._snmp.agent import Trouble
from core.collector import Kit
from core.errors import Invalid, Problem
from core.reading import FailureKind
from core.text import Text

_NAME = "object maps"
_MOST = 200  # files


@dataclass(slots=True)
class Maps:
    """Every map of each folder that was asked for, and what is wrong with those that cannot be."""

    _stamps: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    _known: dict[str, tuple[tuple[OidMap, ...], tuple[Problem, ...]]] = field(default_factory=dict)

    async def of(self, folder: str, object_id: str) -> OidMap | None:
        """Return the map that names most of a sysObjectID; Trouble if a file is at fault."""
        maps, problems = await asyncio.to_thread(self._read, folder)
        if problems:
            said = problems[0].said("en")
            more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
            raise Trouble(FailureKind.LOCAL, f"{said}{more}")
        best = max(maps, key=lambda one: one.fits(object_id), default=None)
        return best if best is not None and best.fits(object_id) else None

    def _read(self, folder: str) -> tuple[tuple[OidMap, ...], tuple[Problem, ...]]:
        stamp = _stamp(Path(folder))
        if self._stamps.get(folder) != stamp or folder not in self._known:
            self._known[folder] = read_all(Path(folder))
            self._stamps[folder] = stamp
        return self._known[folder]

    async def aclose(self) -> None:
        """Forget them."""
        self._known.clear()
        self._stamps.clear()


def _stamp(folder: Path) -> tuple[tuple[str, int], ...]:
    """Return what changes when a file of the folder does."""
    found = []
    with suppress(OSError):  # one goes as we look: it counts the next time
        found = [(file.name, file.stat().st_mtime_ns) for file in sorted(folder.glob("*.toml"))]
    return tuple(found[:_MOST])


def maps_of(kit: Kit) -> Maps:
    """Return the kit's engine."""
    engine = kit.engine(_NAME, lambda _: Maps())
    if not isinstance(engine, Maps):
        raise TypeError(f"the kit's engine {_NAME!r} is something else")
    return engine


def read_all(folder: Path) -> tuple[tuple[OidMap, ...], tuple[Problem, ...]]:
    """Return the maps of a folder, and everything that is wrong with its files."""
    if not folder.is_dir():
        return (), (_unreadable(folder, "there is no such folder"),)
    maps: list[OidMap] = []
    problems: list[Problem] = []
    for file in sorted(folder.glob("*.toml"))[:_MOST]:
        try:
            if file.stat().st_size > LONGEST:
                problems.append(_unreadable(file, f"longer than {LONGEST // 1024} KiB"))
                continue
            maps.append(read(str(file), file.read_text(encoding="utf-8")))
        except Invalid as faults:
            problems.extend(faults.problems)
        except (OSError, UnicodeDecodeError) as error:
            problems.append(_unreadable(file, str(error)))
    return tuple(maps), tuple(problems)


def _unreadable(file: Path, why: str) -> Problem:
    return Problem(
        file=str(file),
        what=Text(vi=f"không đọc được: {why}", en=f"cannot be read: {why}"),
        mend=Text(
            vi="Sửa tệp hoặc [looking] maps", en="Mend the file, or [looking] maps in the settings"
        ),
    )
