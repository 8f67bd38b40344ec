"""Which of the scraped series say how a server is: node_exporter's and windows_exporter's names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from collectors._host.facts import Disk, Facts
from core.labels import Series

_NO_DISKS = {"tmpfs", "devtmpfs", "ramfs", "squashfs", "iso9660", "autofs", "efivarfs", "overlay"}
_RUNNING = "running"  # windows_service_state
Values = Mapping[Series, float]


@dataclass(frozen=True, slots=True)
class Work:
    """Seconds of all processors since the start, and those in which they were idle."""

    all: float
    idle: float

    def busy_since(self, before: "Work") -> float | None:
        """Return the share of work since then, None if nothing can be said (a restart)."""
        length, idle = self.all - before.all, self.idle - before.idle
        return min(1.0, max(0.0, 1 - idle / length)) if length > 0 and idle >= 0 else None


@dataclass(slots=True)
class Found:
    """What one page says."""

    facts: Facts = field(default_factory=Facts)
    work: Work | None = None


@dataclass(slots=True)
class _Sums:
    """Gathered line by line."""

    all: float = 0.0
    idle: float = 0.0
    worked: bool = False
    free: float | None = None
    disks: dict[str, dict[str, float]] = field(default_factory=dict)
    facts: Facts = field(default_factory=Facts)


def found_in(values: Values) -> Found:
    """Return what a page says of its server; nothing where it is about something else."""
    sums = _Sums()
    for series, value in values.items():
        reader = _READERS.get(series.name)
        if reader is not None:
            reader(sums, dict(series.labels), value)
    facts = sums.facts
    if facts.memory_size is not None and sums.free is not None:
        facts.memory_used = max(0.0, facts.memory_size - sums.free)
    facts.disks = [
        Disk(name, told["size"], told["size"] - told["free"], told.get("avail", told["free"]))
        for name, told in sorted(sums.disks.items())
        if told.get("size", 0) > 0 and "free" in told and not told.get("readonly")
    ]
    return Found(facts, Work(sums.all, sums.idle) if sums.worked else None)


def _processor(sums: _Sums, labels: dict[str, str], value: float) -> None:
    sums.worked = True
    sums.all += value
    if labels.get("mode") in {"idle", "iowait"}:
        sums.idle += value


def _memory_size(sums: _Sums, labels: dict[str, str], value: float) -> None:
    sums.facts.memory_size = value


def _memory_free(sums: _Sums, labels: dict[str, str], value: float) -> None:
    sums.free = max(value, sums.free or 0.0)


def _mounted(key: str) -> "_Reader":
    def read(sums: _Sums, labels: dict[str, str], value: float) -> None:
        kind = labels.get("fstype", "")
        if kind not in _NO_DISKS and not kind.startswith("fuse."):
            sums.disks.setdefault(labels.get("mountpoint", ""), {})[key] = value

    return read


def _volume(key: str) -> "_Reader":
    def read(sums: _Sums, labels: dict[str, str], value: float) -> None:
        volume = labels.get("volume", "")
        if not volume.startswith("HarddiskVolume"):  # without a letter: for starting and recovery
            sums.disks.setdefault(volume, {})[key] = value

    return read


def _unit(sums: _Sums, labels: dict[str, str], value: float) -> None:
    name, state = labels.get("name", ""), labels.get("state")
    if state == "active":
        sums.facts.services[name] = value > 0
    elif state == "failed" and value > 0:
        sums.facts.failed.append(name)


def _service(sums: _Sums, labels: dict[str, str], value: float) -> None:
    if labels.get("state") == _RUNNING:
        sums.facts.services[labels.get("name", "")] = value > 0


_Reader = Callable[[_Sums, dict[str, str], float], None]
_READERS: Mapping[str, _Reader] = {
    "node_cpu_seconds_total": _processor,
    "node_memory_MemTotal_bytes": _memory_size,
    "node_memory_MemAvailable_bytes": _memory_free,
    "node_filesystem_size_bytes": _mounted("size"),
    "node_filesystem_free_bytes": _mounted("free"),
    "node_filesystem_avail_bytes": _mounted("avail"),
    "node_filesystem_readonly": _mounted("readonly"),
    "node_systemd_unit_state": _unit,
    "windows_cpu_time_total": _processor,
    "windows_memory_physical_total_bytes": _memory_size,  # since 0.30
    "windows_cs_physical_memory_bytes": _memory_size,  # before
    "windows_memory_available_bytes": _memory_free,
    "windows_memory_physical_free_bytes": _memory_free,
    "windows_os_physical_memory_free_bytes": _memory_free,
    "windows_logical_disk_size_bytes": _volume("size"),
    "windows_logical_disk_free_bytes": _volume("free"),
    "windows_service_state": _service,
}
