"""What is watched of lines beside their status, where there is an engine to ask."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.clock import Clock
from core.reading import Sample
from core.watching import Estate
from reports.capacity import Week
from runtime.line_quality import LineQualityWatch
from runtime.line_use import LineUseWatch
from runtime.optics_watch import OpticsWatch
from runtime.series import Part
from storage.optics import Light
from storage.port_quality import PortQuality
from storage.series import SeriesReader


@dataclass(frozen=True, slots=True)
class Lines:
    """How lines are used, and how cleanly their ports work."""

    use: LineUseWatch | None = None
    quality: LineQualityWatch | None = None
    optics: OpticsWatch | None = None

    @classmethod
    def of(cls, reader: SeriesReader | None, estate: Callable[[], Estate], clock: Clock) -> "Lines":
        """Return what watches them; without an engine nothing is ever known."""
        if reader is None:
            return cls()
        return cls(
            LineUseWatch(reader, estate, clock),
            LineQualityWatch(reader, estate, clock),
            OpticsWatch(reader, clock),
        )

    def week(self) -> Week | None:
        """Return the week that was measured last."""
        return self.use.newest() if self.use is not None else None

    def qualities(self) -> Mapping[str, PortQuality]:
        """Return how cleanly the ports of each line work."""
        return self.quality.newest() if self.quality is not None else {}

    def fading(self) -> Sequence[Light] | None:
        """Return the optical sensors whose light fades, None while that is not known."""
        return self.optics.fading() if self.optics is not None else None

    def samples(self) -> list[Sample]:
        """Return what is written of their use, and of the trend of light."""
        use = self.use.samples() if self.use is not None else []
        return [*use, *(self.optics.samples() if self.optics is not None else ())]

    def parts(self) -> dict[str, Part]:
        """Return what works until cancelled, by name."""
        watches = {"use": self.use, "quality": self.quality, "optics": self.optics}
        return {f"line {name}": one.run for name, one in watches.items() if one is not None}
