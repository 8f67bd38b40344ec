"""What is measured of devices and services, whatever looked at them, kept to the chosen units.

A template watches a device or a service by the same collectors: a backup may hang on either. So
its series are found by `instance`, which both have, and are told by the name of whichever it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.watching import TargetKind
from grafana.expressions import NOW, chosen, least, only, worst


@dataclass(frozen=True, slots=True)
class Measured:
    """Whose series a board shows: `matchers` narrow the devices; services, or not."""

    matchers: tuple[str, ...] = ()
    services: bool = True

    def targets(self, at: str = "") -> str:
        """Return one series of value 1 per target, with its present labels."""
        devices = chosen(TargetKind.DEVICE, *self.matchers, at=at)
        if not self.services:
            return devices
        return f"({devices} or {chosen(TargetKind.SERVICE, at=at)})"

    def kept(self, expression: str, labels: Sequence[str] = ("name",), at: str = "") -> str:
        """Return an expression by instance, kept to these targets and told by their labels."""
        return f"({expression}) * on (instance) group_left ({', '.join(labels)}) {self.targets(at)}"

    def total(self, expression: str) -> str:
        """Return the sum over these targets."""
        return f"sum({self.kept(expression, ())})"

    def highest(self, number: int, expression: str) -> str:
        """Return the highest series of now, in order."""
        return f"sort_desc({worst(number, self.kept(expression))})"

    def lowest(self, number: int, expression: str) -> str:
        """Return the lowest series of now, in order."""
        return f"sort({least(number, self.kept(expression))})"

    def curves(
        self, number: int, selector: str, by: str = "instance", *, lowest: bool = False
    ) -> str:
        """Return the curves of those that were highest on average over the range, or lowest."""
        reduce, rank = ("min", least) if lowest else ("max", worst)
        over = f"{reduce} by ({by}) (avg_over_time({selector}[$__range]{NOW}))"
        ranked = rank(number, self.kept(over, (), NOW))
        return self.kept(only(f"{reduce} by ({by}) ({selector})", by, ranked))
