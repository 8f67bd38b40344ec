"""What stands between a device or a link and the vantage?"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.inventory import Device, Link, Site

Uplinks = Mapping[str, tuple[str, ...]]
_BORDER = ("gateway", "router")


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways up of one day: `uplinks` of each device and link, `gateway` of each site."""

    uplinks: Uplinks
    gateway: Mapping[str, str]


def ways(sites: Iterable[Site], devices: Sequence[Device], links: Sequence[Link]) -> Ways:
    """Return who stands above whom; all rows hold on the same day.

    A device's own `uplinks`, those that hold, count first. Else a gateway or router hangs on
    the links whose far end it is, by their order, and everything else on its site's gateway:
    the first by slug, those with a line from another site before those without. What has
    neither stands beside the vantage, as do the routers of the centre and of any site no
    line leads to.
    """
    centers = {site.slug for site in sites if site.role == "center"}
    site_of = {device.slug: device.site for device in devices}
    arriving: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    entries: set[str] = set()
    for link in links:
        arriving[link.far].append((link.order, link.slug))
        if site_of.get(link.near) != site_of.get(link.far):
            entries.add(link.far)
    gateway: dict[str, str] = {}
    for device in sorted(devices, key=lambda d: (d.slug not in entries, d.slug)):
        if device.kind in _BORDER:
            gateway.setdefault(device.site, device.slug)
    lines = {link.slug for link in links}
    above: dict[str, tuple[str, ...]] = {link.slug: (link.near,) for link in links}
    for device in devices:
        own = gateway.get(device.site)
        border = device.kind in _BORDER
        beside = border and (device.site in centers or own not in entries)
        by_links = tuple(slug for _, slug in sorted(arriving[device.slug]))
        written = tuple(up for up in device.uplinks if up in site_of or up in lines)
        if written:
            above[device.slug] = written
        elif own is None or own == device.slug or beside or (border and by_links):
            above[device.slug] = by_links
        else:
            above[device.slug] = (own,)
    return Ways(above, gateway)


def loops(uplinks: Uplinks) -> Iterator[tuple[str, ...]]:
    """Yield one closed way (first = last) of every knot of targets that stand above themselves."""
    done: set[str] = set()
    for start in sorted(uplinks):
        if start not in done:
            yield from _walk(start, uplinks, done)


def _walk(start: str, uplinks: Uplinks, done: set[str]) -> Iterator[tuple[str, ...]]:
    """Walk up depth first without recursion: a chain may be longer than Python's stack."""
    path: list[str] = [start]
    places = {start: 0}
    pending = [iter(uplinks.get(start, ()))]
    told = False
    while pending:
        above = next(pending[-1], None)
        if above is None:
            pending.pop()
            done.add(last := path.pop())
            del places[last]
        elif above in places:
            if not told:
                yield (*path[places[above] :], above)
                told = True
        elif above not in done:
            places[above] = len(path)
            path.append(above)
            pending.append(iter(uplinks.get(above, ())))


def all_above(target: str, uplinks: Uplinks) -> tuple[str, ...]:
    """Return everything on every path above a target, nearest first, each once."""
    found: dict[str, None] = {}
    level = [target]
    while level:
        level = [up for slug in level for up in uplinks.get(slug, ()) if up != target]
        level = [up for up in dict.fromkeys(level) if up not in found]
        found.update(dict.fromkeys(level))
    return tuple(found)
