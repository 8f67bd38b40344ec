"""How cleanly does a port work? Errors, discards and flaps of a span, from its counters."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from core.labels import escaped
from storage.series import SeriesReader

_COUNTERS = (
    "ifInErrors",
    "ifOutErrors",
    "ifInDiscards",
    "ifOutDiscards",
    "ifHCInUcastPkts",
    "ifHCOutUcastPkts",
)
_STATES = ("ifOperStatus", "ifLastChange")
DAY = 86_400  # seconds


@dataclass(frozen=True, slots=True)
class PortQuality:
    """One port over a span. Ratios are of all packets of a direction; None where not known.

    `flaps` counts changes of the port's state, also those between two polls where the device
    tells when the state last changed.
    """

    instance: str
    port: str
    errors_in: float | None = None
    errors_out: float | None = None
    discards_in: float | None = None
    discards_out: float | None = None
    flaps: int | None = None

    @property
    def errors(self) -> float | None:
        """Return the worse of both directions."""
        return _worse(self.errors_in, self.errors_out)

    @property
    def discards(self) -> float | None:
        """Return the worse of both directions."""
        return _worse(self.discards_in, self.discards_out)


async def of_ports(
    reader: SeriesReader, instance: str, at: datetime, *, port: str | None = None, span: int = DAY
) -> dict[str, PortQuality]:
    """Return the ports of a device (or one of them) by ifName, over `span` seconds until `at`.

    Unavailable if the engine does not answer.
    """
    here = f'instance="{escaped(instance)}"'
    if port is not None:
        here += f',ifName="{escaped(port)}"'
    parts = [
        _part(name, f"max by (ifName) (rate({name}{{{here}}}[{span}s]))") for name in _COUNTERS
    ]
    parts += [
        _part(name, f"max by (ifName) (changes({name}{{{here}}}[{span}s]))") for name in _STATES
    ]
    # VictoriaMetrics counts the first sample of a series as a change: a port that is new and quiet
    # is told by its values, which never differed.
    parts += [
        _part(
            f"{name} moved",
            f"max by (ifName) (max_over_time({name}{{{here}}}[{span}s])"
            f" - min_over_time({name}{{{here}}}[{span}s]))",
        )
        for name in _STATES
    ]
    found: dict[str, dict[str, float]] = {}
    for point in await reader.query(" or ".join(parts), at):
        if math.isfinite(point.value):
            said = found.setdefault(point.labels.get("ifName", ""), {})
            said[point.labels.get("what", "")] = point.value
    return {name: _quality(instance, name, said) for name, said in sorted(found.items())}


def worst(found: Iterable[PortQuality]) -> PortQuality | None:
    """Return the ports at both ends of a line as one: of each figure the worse."""
    ports = list(found)
    if not ports:
        return None
    flaps = [one.flaps for one in ports if one.flaps is not None]
    return PortQuality(
        ports[0].instance,
        ports[0].port,
        _worse(*(one.errors_in for one in ports)),
        _worse(*(one.errors_out for one in ports)),
        _worse(*(one.discards_in for one in ports)),
        _worse(*(one.discards_out for one in ports)),
        max(flaps, default=None),
    )


def _part(name: str, promql: str) -> str:
    return f'label_replace({promql}, "what", "{name}", "", "")'


def _quality(instance: str, port: str, said: dict[str, float]) -> PortQuality:
    got, sent = said.get("ifHCInUcastPkts"), said.get("ifHCOutUcastPkts")
    flaps = [said[name] if said.get(f"{name} moved") else 0.0 for name in _STATES if name in said]
    return PortQuality(
        instance,
        port,
        _ratio(said.get("ifInErrors"), got),
        _ratio(said.get("ifOutErrors"), sent),
        _ratio(said.get("ifInDiscards"), got),
        _ratio(said.get("ifOutDiscards"), sent),
        round(max(flaps)) if flaps else None,
    )


def _ratio(bad: float | None, good: float | None) -> float | None:
    """Return the share of packets that went wrong, from rates; 0 where none went at all.

    Rates, since VictoriaMetrics takes the first value of a counter for an increase.
    """
    if bad is None or good is None:
        return None
    return bad / (bad + good) if bad + good > 0 else 0.0


def _worse(*values: float | None) -> float | None:
    known = [value for value in values if value is not None]
    return max(known, default=None)
