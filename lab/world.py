"""What is broken in the pretend province, since when, and whom does it touch? Pure state.

There is one world. The networks, the agents and the control socket all follow it, so what a
probe sees, what an agent says of its ports, and what `thongsuot lab status` tells agree.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from core.errors import Conflict, NotFound
from core.inventory import Link
from core.text import Text
from lab.fabric import Fabric


class How(StrEnum):
    """The kinds of cut of a line, `off` for a device without power, and how services fail."""

    ADMIN = "admin"  # the near port is shut
    FAR = "far"  # the far end lost power: the near port is down
    BLACKHOLE = "blackhole"  # broken in the middle of the carrier's net: both ports stay up
    HALFIN = "halfin"  # one direction only is lost: both ports stay up
    OFF = "off"
    STOP = "stop"  # a service whose program has ended: its port refuses
    BROKEN = "broken"  # a service that answers wrongly: 502, SERVFAIL, unsynchronised, 503
    EXPIRING = "expiring"  # a service whose certificate ends within a week


_OF_SERVICES = (How.STOP, How.BROKEN, How.EXPIRING)


@dataclass(frozen=True, slots=True)
class Cut:
    """A line or device that carries nothing, or a service that fails."""

    target: str
    how: How
    since: datetime


@dataclass(frozen=True, slots=True)
class Impairment:
    """A line that carries badly. `loss` is a share (0…1), the rest seconds."""

    target: str
    since: datetime
    loss: float = 0.0
    delay: float = 0.0
    jitter: float = 0.0


@dataclass(frozen=True, slots=True)
class Quality:
    """What a whole path does to packets."""

    loss: float = 0.0
    delay: float = 0.0
    jitter: float = 0.0


@dataclass(frozen=True, slots=True)
class PortState:
    """What a port's agent says of it."""

    admin_up: bool = True
    oper_up: bool = True


@dataclass(frozen=True)
class World:
    """The fabric and what is wrong with it. Every change gives a new world."""

    fabric: Fabric
    cuts: Mapping[str, Cut] = field(default_factory=dict)
    impairments: Mapping[str, Impairment] = field(default_factory=dict)

    def cut(self, name: str, how: How, now: datetime) -> "World":
        """Return the world with a line, device or service failing; Conflict if it is already."""
        target = self._cuttable(name, how)
        if target in self.cuts:
            raise Conflict(Text(vi=f"“{target}” đang bị ngắt rồi", en=f"{target} is cut already"))
        return replace(self, cuts={**self.cuts, target: Cut(target, how, now)})

    def restore(self, name: str) -> "World":
        """Return the world with the cut mended; NotFound if there is none."""
        target = name if name in self.cuts else self.fabric.line(name)
        if target not in self.cuts:
            raise NotFound(Text(vi=f"“{target}” không bị ngắt", en=f"{target} is not cut"))
        return replace(self, cuts={t: cut for t, cut in self.cuts.items() if t != target})

    def degrade(
        self, name: str, now: datetime, *, loss: float = 0.0, delay: float = 0.0, jitter: float = 0
    ) -> "World":
        """Return the world with a line carrying badly, instead of how it was impaired before."""
        target = self.fabric.line(name)
        if not 0 <= loss <= 1 or delay < 0 or jitter < 0:
            raise Conflict(
                Text(
                    vi="Tỷ lệ mất gói phải từ 0 đến 100 %, độ trễ không được âm",
                    en="Loss must be between 0 and 100 %, delay and jitter not below 0",
                )
            )
        if not (loss or delay or jitter):
            raise Conflict(
                Text(
                    vi="Cần ít nhất một trong --loss, --delay, --jitter lớn hơn 0; để hết suy "
                    f"giảm: thongsuot lab clear {target}",
                    en="At least one of --loss, --delay, --jitter must be above 0; to end it: "
                    f"thongsuot lab clear {target}",
                )
            )
        bad = Impairment(target, now, loss, delay, jitter)
        return replace(self, impairments={**self.impairments, target: bad})

    def clear(self, name: str | None = None) -> "World":
        """Return the world with one line clean again, or with nothing wrong at all."""
        if name is None:
            return World(self.fabric)
        target = self.fabric.line(name)
        kept = {t: bad for t, bad in self.impairments.items() if t != target}
        return replace(self, impairments=kept)

    def _cuttable(self, name: str, how: How) -> str:
        if how in _OF_SERVICES:
            if name not in self.fabric.services:
                raise NotFound(Text(vi=f"Không có dịch vụ “{name}”", en=f"No service {name!r}"))
            return name
        gateway = self.fabric.gateways.get(name)
        if how is not How.OFF:
            try:
                return self.fabric.line(name)
            except NotFound as none:
                raise _or_off(none, name if name in self.fabric.devices else gateway) from none
        if name not in self.fabric.devices:
            unknown = Text(vi=f"Không có thiết bị “{name}”", en=f"No device {name!r}")
            raise _or_off(NotFound(unknown), gateway)
        return name

    @cached_property
    def silent(self) -> frozenset[str]:
        """The devices that no path reaches."""
        known: dict[str, bool] = {}
        return frozenset(d for d in self.fabric.devices if not self._alive(d, known))

    @cached_property
    def silent_addresses(self) -> frozenset[str]:
        """The addresses that do not answer: of silent devices, and of lines that are broken."""
        devices = (self.fabric.devices[slug].address for slug in self.silent)
        lines = (link for link in self.fabric.links.values() if not self.answers_over(link))
        return frozenset((*devices, *(link.address for link in lines if link.address)))

    def _alive(self, device: str, known: dict[str, bool]) -> bool:
        if device not in known:
            ways = self.fabric.above(device)
            known[device] = device not in self.cuts and (
                not ways
                or any(link not in self.cuts and self._alive(near, known) for link, near in ways)
            )
        return known[device]

    def way(self, device: str) -> tuple[str | None, str] | None:
        """Return the way up in use: the first alive, else the first; None beside the vantage."""
        ways = self.fabric.above(device)
        alive = (w for w in ways if w[0] not in self.cuts and w[1] not in self.silent)
        return next(alive, ways[0] if ways else None)

    def blocker(self, device: str) -> Cut | None:
        """Return the topmost cut on the way to a silent device, None if it is reached."""
        if device not in self.silent:
            return None
        way = self.way(device)
        if way is None:
            return self.cuts[device]
        link, near = way
        higher = self.blocker(near)
        return higher or (self.cuts.get(link) if link else None) or self.cuts[device]

    def quality(self, device: str) -> Quality:
        """Return the loss and delay of the way in use, lines of the path added up."""
        through, delay, jitter = 1.0, 0.0, 0.0
        way = self.way(device)
        while way is not None:
            bad = self.impairments.get(way[0]) if way[0] else None
            if bad:
                through *= 1 - bad.loss
                delay += bad.delay
                jitter += bad.jitter
            way = self.way(way[1])
        return Quality(1 - through, delay, jitter)

    def port(self, device: str, port: str) -> PortState:
        """Return what the agent of a device says of a port."""
        carried = self.fabric.carries(device, port)
        return self._port(carried[0], far_side=carried[1]) if carried else PortState()

    def _port(self, link: Link, *, far_side: bool) -> PortState:
        cut = self.cuts.get(link.slug)
        how = cut.how if cut else None
        other = link.near if far_side else link.far
        oper_up = how not in (How.ADMIN, How.FAR) and other not in self.cuts
        return PortState(admin_up=far_side or how is not How.ADMIN, oper_up=oper_up)

    def answers_over(self, link: Link) -> bool:
        """Say whether an address that answers only over this line does so."""
        ends = self.cuts.keys() & {link.slug, link.far}
        return not ends and link.near not in self.silent

    def touched(self, target: str) -> tuple[str, ...]:
        """Return the silent devices behind a cut line or device, sorted."""
        return tuple(sorted(self.fabric.behind(target) & self.silent))

    def sites_of(self, devices: Iterable[str]) -> tuple[str, ...]:
        """Return the sites whose gateway is among the devices, sorted."""
        among = set(devices)
        return tuple(sorted(s for s, gateway in self.fabric.gateways.items() if gateway in among))

    def truth(self) -> dict[str, object]:
        """Return the whole truth for machines: cuts, impairments, silence."""
        return {
            "cuts": [
                {
                    "target": cut.target,
                    "how": cut.how.value,
                    "since": cut.since.isoformat(),
                    "touches": list(self.touched(cut.target)),
                    "sites": list(self.sites_of(self.touched(cut.target))),
                }
                for cut in self.cuts.values()
            ],
            "impairments": [
                {
                    "target": bad.target,
                    "loss": bad.loss,
                    "delay": bad.delay,
                    "jitter": bad.jitter,
                    "since": bad.since.isoformat(),
                    "touches": sorted(self.fabric.behind(bad.target)),
                }
                for bad in self.impairments.values()
            ],
            "silent": sorted(self.silent),
            "devices": len(self.fabric.devices),
            "lines": len(self.fabric.links),
            "services": len(self.fabric.services),
        }


def _or_off(none: NotFound, device: str | None) -> NotFound:
    """Return a refusal that also says how the device that may be meant is switched off."""
    if device is None:
        return none
    return NotFound(
        Text(
            vi=f"{none.text.vi}. Tắt nguồn thiết bị: thongsuot lab cut {device} off",
            en=f"{none.text.en}. To switch the device off: thongsuot lab cut {device} off",
        )
    )
