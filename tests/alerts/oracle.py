"""Who is to blame, by the letter of the design and as slowly as one likes. For settled moments.

Written apart from `alerts.rootcause`, of which it shares nothing but the facts: no order of the
walk, no waiting, no memory of what was held before, no leaving out of what is calm. It asks of each
device anew, from the facts alone:

- Where all that stands beside the vantage fell silent together, the first of it is to blame.
- What answers is not lost. What does not, and has no way that lets through, is lost with the way
  that was lost last; unless it had been dead for long by then.
- A silent device had some ways when it fell. If that was one line, and nothing beyond the line
  answers, the line is to blame; if there were several ways, or none but devices, it is dead itself.
  It began when it fell, or when the way to it came back.
- A line is broken when its port is, or when its own address falls silent while the device behind it
  lives on by another way; not where all the ports of one dead device died with it.

What roots share (`alerts.explanation`) has a slow oracle of its own in test_explanation.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts.facts import Fact, Port
from core.status import Verdict
from core.watching import Estate, Target, TargetKind

ONE_EVENT = timedelta(seconds=1.5)  # swept each second: two sights of one event lie so close
TOGETHER = timedelta(seconds=10)
LONG_DEAD = timedelta(seconds=120)  # between a minute and the three of what nobody asks
Blame = tuple[str, datetime]  # the root, and since when


@dataclass
class Oracle:
    estate: Estate
    facts: Mapping[str, Fact]
    ports: Mapping[str, Port]
    _known: dict[str, Blame | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.targets: dict[str, Target] = {t.slug: t for t in self.estate.targets}
        self.devices = [t.slug for t in self.estate.targets if t.kind is TargetKind.DEVICE]
        self.lines = [t.slug for t in self.estate.targets if t.kind is TargetKind.LINK]

    def roots(self) -> dict[str, datetime]:
        """Return what has failed by itself, and since when."""
        found = [self.blame(slug) for slug in (*self.devices, *self.lines)]
        return dict(sorted(one for one in found if one is not None))

    def blame(self, slug: str) -> Blame | None:
        """Return why something lets nothing through; None if it does."""
        if slug not in self._known:
            is_line = self.targets[slug].kind is TargetKind.LINK
            self._known[slug] = self._line(slug) if is_line else self._device(slug)
        return self._known[slug]

    def _device(self, slug: str) -> Blame | None:
        fell = self._fell(slug)
        if fell is None:
            return None
        if not self.targets[slug].uplinks:
            return self._beside(slug, fell)
        ways = self.targets[slug].uplinks
        lost = [blame for up in ways if (blame := self.blame(up)) is not None]
        ends = {up: self._lost_at(up) for up in ways}
        if len(lost) == len(ways) and max(filter(None, ends.values())) <= fell + LONG_DEAD:
            return max(lost, key=lambda blame: blame[1])
        open_then = [up for up, end in ends.items() if end is None or end > fell + ONE_EVENT]
        return self._own(slug, open_then, fell)

    def _beside(self, slug: str, fell: datetime) -> Blame:
        """Return what is to blame for the silence of what stands beside the vantage."""
        first, *_ = starts = sorted(s for s in self.devices if not self.targets[s].uplinks)
        all_fell = [at for s in starts if (at := self._fell(s)) is not None]
        together = len(all_fell) == len(starts) and max(all_fell) - min(all_fell) <= TOGETHER
        return (first, self._fell(first) or fell) if together else (slug, fell)

    def _own(self, slug: str, open_then: list[str], fell: datetime) -> Blame:
        """Return what is to blame for a silence that nothing above explains."""
        one_line = len(open_then) == 1 and open_then[0] in self.lines
        nears = [self.targets[up].uplinks[0] if up in self.lines else up for up in open_then]
        back = [at for near in nears if (at := self.facts[near].alive_since) is not None]
        begun = max(fell, min(back, default=fell))
        return (open_then[0] if one_line and not self._lives_beyond(slug) else slug), begun

    def _line(self, slug: str) -> Blame | None:
        line = self.targets[slug]
        (near,), (far,) = line.uplinks, line.members
        own = self._broken(slug, far)
        above = self.blame(near)
        if above is None:
            return own
        only_way = self.targets[far].uplinks == (slug,)
        since = own[1] if own is not None else self._fell(far) if only_way else None
        cut_off = self._lost_at(near) or above[1]
        return (slug, since) if since is not None and since + LONG_DEAD < cut_off else above

    def _lost_at(self, way: str) -> datetime | None:
        """Return since when nothing comes through a way, whatever the reason was in between."""
        blame = self.blame(way)
        if blame is None or way not in self.lines:
            return self._fell(way) if blame is not None else None
        near = self.targets[way].uplinks[0]
        return blame[1] if blame[0] == way else self._fell(near) or blame[1]

    def _broken(self, slug: str, far: str) -> Blame | None:
        """Return since when a line is broken by its own word, or its port's."""
        others = [up for up in self.targets[far].uplinks if up != slug]
        port, fell, silent = self.ports.get(slug), self._fell(far), self._fell(slug)
        sights = []
        if others and silent is not None and (fell is None or silent + ONE_EVENT < fell):
            sights.append(silent)
        if port is not None and not port.up:
            if fell is None and not others:
                return None  # it answers over this very line
            if fell is not None and others and self._took_all_ports(far, fell):
                return None
            sights.append(self._began(port))
            if fell is not None and all(self._lost_before(other, fell) for other in others):
                sights.append(fell)
        return (slug, min(sights)) if sights else None

    def _lost_before(self, line: str, fell: datetime) -> bool:
        """Say whether a way was lost already when what it leads to fell silent."""
        port, silent = self.ports.get(line), self._fell(line)
        above = self.blame(self.targets[line].uplinks[0])
        seen = [port.since] if port is not None and not port.up and port.since is not None else []
        seen += [silent + ONE_EVENT] if silent is not None else []
        seen += [above[1]] if above is not None else []
        return bool(seen) and min(seen) < fell

    def _took_all_ports(self, device: str, fell: datetime) -> bool:
        """Say whether all the ports to a device are dead, none of them before it was."""
        for line in self.targets[device].uplinks:
            port, silent = self.ports.get(line), self._fell(line)
            seen = [port.since] if port is not None and not port.up else []
            lost = self._fell(self.targets[line].uplinks[0])
            if port is not None and port.up and port.at >= fell + 2 * ONE_EVENT:
                return False  # it was seen to stand
            if not seen and lost is not None and lost + ONE_EVENT >= fell:
                continue  # nobody is left to tell of this one
            first = min((at for at in (*seen, silent) if at is not None), default=None)
            if not seen or first is None or first + ONE_EVENT < fell:
                return False
        return True

    def _began(self, port: Port) -> datetime:
        return port.shut_at or port.since or port.at

    def _fell(self, slug: str) -> datetime | None:
        fact = self.facts.get(slug)
        return fact.failed_at if fact is not None and fact.verdict is Verdict.FAILED else None

    def _lives_beyond(self, slug: str) -> bool:
        """Say whether anything answers that stands with a device, or hangs on it."""
        site = self.targets[slug].site
        near = {
            other
            for other in self.devices
            if other != slug and (self.targets[other].site == site or self._hangs_on(other, slug))
        }
        return any(other in self.facts and self._fell(other) is None for other in near)

    def _hangs_on(self, slug: str, above: str) -> bool:
        """Say whether a target can be reached through another one alone."""
        ups = self.targets[slug].uplinks
        return bool(ups) and all(up == above or self._hangs_on(up, above) for up in ups)
