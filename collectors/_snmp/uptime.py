"""Has an agent restarted since it was last heard?"""

from dataclasses import dataclass

from collectors._snmp.ber import Value

WRAP = 2**32
_SLACK = 30.0  # seconds by which an agent's clock may stray between two polls


@dataclass(slots=True)
class Uptime:
    """An agent's sysUpTime (hundredths of a second) as it was last seen."""

    ticks: int | None = None
    seen_at: float = 0.0

    def began_anew(self, ticks: Value, now: float) -> bool:
        """Say whether the agent has restarted since; `now` is monotonic seconds."""
        if self.ticks is None or not isinstance(ticks, int) or ticks == self.ticks:
            return False
        # sysUpTime itself wraps after 497 days; and a quick restart may leave it larger than
        # it was when last seen, though by less than the time that has passed.
        went = (ticks - self.ticks) % WRAP / 100
        passed = now - self.seen_at
        return abs(went - passed) > _SLACK + passed / 100

    def see(self, ticks: Value, now: float) -> None:
        """Remember what the agent says now."""
        self.ticks = ticks if isinstance(ticks, int) else None
        self.seen_at = now
