"""The ports of one device: what they are, carry and lose, and the light in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import isfinite

from api.context import Context
from core.reading import Sample
from core.text import vietnamese_order
from core.watching import Target
from storage.optics import Light, lights
from storage.port_quality import PortQuality, of_ports

UP, ADMIN_DOWN = 1.0, 2.0  # of ifOperStatus, ifAdminStatus


@dataclass(frozen=True, slots=True)
class PortRow:
    """One port now, and over the day before; None where not known."""

    name: str
    alias: str = ""
    up: bool | None = None
    shut: bool = False
    mbps: float | None = None
    link: str | None = None  # the line that it carries
    quality: PortQuality | None = None
    lights: list[Light] = field(default_factory=list)

    @property
    def worst(self) -> tuple[object, ...]:
        """Return by what ports are ordered: those with troubles first, then by name."""
        quality = self.quality
        bad = quality is not None and bool(quality.errors or quality.discards or quality.flaps)
        fading = any(light.fades for light in self.lights)
        return (not (bad or fading), vietnamese_order(self.name))


async def port_rows(context: Context, target: Target, now: datetime) -> list[PortRow]:
    """Return the ports of a device; Unavailable where the engine does not answer."""
    estate = context.estate()
    check = next(
        (c for c in estate.checks if c.target == target.slug and c.collector == "snmp_interfaces"),
        None,
    )
    read = context.fleet.newest(check.slug) if check is not None else None
    told = _by_port(read[1] if read is not None else ())
    carried = {fact.port: fact.link for fact in check.ports} if check is not None else {}
    quality: Mapping[str, PortQuality] = {}
    lit: list[Light] = []
    if context.series is not None:
        quality = await of_ports(context.series, target.slug, now)
        lit = await lights(context.series, now, f'instance="{target.slug}"')
    rows = [
        PortRow(
            name,
            alias=told.get(name, ({}, {}))[1].get("ifAlias", ""),
            up=_is(told, name, "ifOperStatus", UP),
            shut=_is(told, name, "ifAdminStatus", ADMIN_DOWN) is True,
            mbps=told[name][0].get("ifHighSpeed") if name in told else None,
            link=carried.get(name),
            quality=quality.get(name),
            lights=[light for light in lit if light.port == name],
        )
        for name in sorted({*told, *quality, *(light.port for light in lit)} - {""})
    ]
    return sorted(rows, key=lambda row: row.worst)


Told = dict[str, tuple[dict[str, float], dict[str, str]]]


def _by_port(samples: Sequence[Sample]) -> Told:
    """Return what was read of each port: values by metric, and the labels of its info."""
    found: Told = {}
    for series, value in samples:
        labels = dict(series.labels)
        name = labels.get("ifName")
        if name is None or not isfinite(value):
            continue
        values, words = found.setdefault(name, ({}, {}))
        values[series.name] = value
        if series.name == "interface_info":
            words.update(labels)
    return found


def _is(told: Told, name: str, metric: str, wanted: float) -> bool | None:
    value = told[name][0].get(metric) if name in told else None
    return None if value is None else value == wanted
