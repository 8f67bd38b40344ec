"""A pretend node_exporter on a Linux server: a page of metrics that move as a server's do."""

import math
import random
from dataclasses import dataclass, field
from typing import ClassVar

from core.clock import Clock
from lab.emulators.answering import About, Ask, Reply

_MEMORY, _DISK, _DATA = 64 << 30, 200 << 30, 2 << 40  # bytes
_CORES = 4
_KIND = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(slots=True)
class NodeExporter:
    """One exporter. `failed` units are those that systemd calls so."""

    about: ClassVar[About] = About(
        family="node_exporter",
        source="prometheus/node_exporter 1.5, collectors as started by Debian's package",
        guessed={"which metrics": "the families that boards ask for, and no others"},
    )
    clock: Clock
    name: str  # of the server: it decides how busy and how full it is
    failed: tuple[str, ...] = ()
    _begun: float = field(init=False)

    def __post_init__(self) -> None:
        """Begin to count."""
        self._begun = self.clock.monotonic()

    def answer(self, ask: Ask) -> Reply:
        """Answer one request."""
        if ask.method != "GET" or ask.path != "/metrics":
            return Reply(404)
        return Reply(200, self.page().encode(), _KIND)

    def page(self) -> str:
        """Return the metrics of this moment."""
        chance = random.Random(self.name)  # noqa: S311
        busy, used = chance.uniform(0.08, 0.35), chance.uniform(0.45, 0.75)
        full, data = chance.uniform(0.5, 0.8), chance.uniform(0.6, 0.88)
        days, rate = chance.uniform(9, 80), chance.uniform(2e5, 3e6)
        since = self.clock.monotonic() - self._begun
        swell = math.sin(2 * math.pi * since / 420)
        uptime = days * 86_400 + since
        # The integral of a load that swells, so that its rate does.
        worked = busy * (uptime - 0.5 * 420 / (2 * math.pi) * math.cos(2 * math.pi * since / 420))
        lines = [
            *(
                f'node_cpu_seconds_total{{cpu="{core}",mode="{mode}"}} {value:.2f}'
                for core in range(_CORES)
                for mode, value in (("idle", uptime - worked), ("user", worked))
            ),
            f"node_load1 {busy * _CORES * (1 + 0.5 * swell):.2f}",
            f"node_memory_MemTotal_bytes {_MEMORY}",
            f"node_memory_MemAvailable_bytes {_MEMORY * (1 - used - 0.03 * swell):.0f}",
            f"node_boot_time_seconds {self.clock.now().timestamp() - uptime:.0f}",
            f"node_time_seconds {self.clock.now().timestamp():.3f}",
        ]
        for mount, size, share in (("/", _DISK, full), ("/srv", _DATA, data)):
            labels = f'device="/dev/sda",fstype="ext4",mountpoint="{mount}"'
            free = size * (1 - share)
            lines += [
                f"node_filesystem_size_bytes{{{labels}}} {size}",
                f"node_filesystem_free_bytes{{{labels}}} {free:.0f}",
                f"node_filesystem_avail_bytes{{{labels}}} {free:.0f}",
                f"node_filesystem_readonly{{{labels}}} 0",
            ]
        for way, share in (("receive", 1.0), ("transmit", 0.4)):
            octets = rate * share * uptime
            lines.append(f'node_network_{way}_bytes_total{{device="eth0"}} {octets:.0f}')
        for unit in ("nginx.service", "postgresql.service", "ssh.service"):
            for state in ("active", "failed"):
                holds = int((unit in self.failed) == (state == "failed"))
                labels = f'name="{unit}",state="{state}",type="simple"'
                lines.append(f"node_systemd_unit_state{{{labels}}} {holds}")
        return "\n".join(lines) + "\n"
