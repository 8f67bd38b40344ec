"""What a server says of itself, whoever asked it, and what of that wants attention."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from collectors._host.params import HostLimits
from collectors._net.attempt import Attempt
from collectors._net.trouble import printable
from collectors._snmp.vocabulary import CPU, MEMORY, STORAGE
from core.collector import Emit

_QUANTITIES = (
    CPU,
    MEMORY.ratio,
    MEMORY.size,
    MEMORY.used,
    STORAGE.ratio,
    STORAGE.size,
    STORAGE.used,
)
EMITS = tuple(Emit(q.metric, q.help, labels=("collector", *q.labels)) for q in _QUANTITIES)
_MOST = 100  # disks


@dataclass(frozen=True, slots=True)
class Disk:
    """A file system: bytes that it has, bytes in use, bytes that can still be written."""

    name: str
    size: float
    used: float
    free: float

    @property
    def ratio(self) -> float:
        """Return the share in use of what can be used, as df reckons it, 0…1."""
        usable = self.used + self.free
        return self.used / usable if usable > 0 else 0.0


@dataclass(slots=True)
class Facts:
    """What was found, None where the server does not say. Ratios are 0…1."""

    cpu: float | None = None
    memory_size: float | None = None  # bytes
    memory_used: float | None = None
    disks: list[Disk] = field(default_factory=list)
    services: dict[str, bool] = field(default_factory=dict)  # name → runs
    failed: list[str] = field(default_factory=list)  # services that the system itself calls failed

    @property
    def memory(self) -> float | None:
        """Return the share of memory in use."""
        if not self.memory_size or self.memory_used is None:
            return None
        return self.memory_used / self.memory_size


def tell(attempt: Attempt, facts: Facts) -> None:
    """Tell the quantities that servers of every make have, under the house's names."""
    attempt.tell(CPU.metric, facts.cpu, cpu="all")
    attempt.tell(MEMORY.ratio.metric, facts.memory, memory="physical")
    attempt.tell(MEMORY.size.metric, facts.memory_size, memory="physical")
    attempt.tell(MEMORY.used.metric, facts.memory_used, memory="physical")
    for disk in facts.disks[:_MOST]:
        attempt.tell(STORAGE.ratio.metric, disk.ratio, storage=disk.name)
        attempt.tell(STORAGE.size.metric, disk.size, storage=disk.name)
        attempt.tell(STORAGE.used.metric, disk.used, storage=disk.name)


def findings(facts: Facts, limits: HostLimits) -> list[str]:
    """Return what is beyond its bound, each in a few words."""
    return [*_disks(facts, limits), *_services(facts, limits), *_busy(facts, limits)]


def _disks(facts: Facts, limits: HostLimits) -> Iterator[str]:
    if limits.max_disk is None:
        return
    for disk in facts.disks:
        ignored = any(fnmatchcase(disk.name, pattern) for pattern in limits.ignore_disks)
        if disk.ratio > limits.max_disk and not ignored:
            yield f"disk {printable(disk.name, 60)} is {disk.ratio:.0%} full"


def _services(facts: Facts, limits: HostLimits) -> Iterator[str]:
    running = {name.casefold(): runs for name, runs in facts.services.items()}
    for name in limits.services:
        runs = running.get(name.casefold())
        if runs is None:
            yield f"service {name} is not there"
        elif not runs:
            yield f"service {name} does not run"
    for name in facts.failed:
        if name.casefold() not in {wanted.casefold() for wanted in limits.services}:
            yield f"service {printable(name, 60)} has failed"


def _busy(facts: Facts, limits: HostLimits) -> Iterator[str]:
    if limits.max_memory is not None and (facts.memory or 0.0) > limits.max_memory:
        yield f"{facts.memory:.0%} of memory is in use"
    if limits.max_cpu is not None and (facts.cpu or 0.0) > limits.max_cpu:
        yield f"the processors are {facts.cpu:.0%} busy"
