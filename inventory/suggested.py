"""What could the inventory say of lines and ways up that it does not? From what devices told.

Suggestions alone: a person takes or refuses each. A port of a line is suggested where the device
at one end sees the other end's device on it; a way up where a device's default route, or its
neighbour on the way to the site's gateway, is no way up of it yet.
"""

from collections import defaultdict, deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from core.errors import Conflict
from core.inventory import Device, Inventory, Link
from core.sighting import Neighbour, Sighting
from core.text import Text, fold
from inventory.intake import fitted
from inventory.plan import Plan, as_of, holds
from inventory.uplinks import Ways, ways

Slugs = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Fields of one row that could be filled, and what speaks for it."""

    table: str  # links or devices
    slug: str
    name: str
    fields: tuple[tuple[str, str | Slugs], ...]
    evidence: tuple[Text, ...]

    @property
    def key(self) -> str:
        """Return what it is known by: the same fields of the same row are the same suggestion."""
        filled = ",".join(f"{name}={_written(value)}" for name, value in self.fields)
        return f"{self.table}/{self.slug}?{filled}"


def suggestions(inventory: Inventory, on: date, seen: Sighting) -> tuple[Suggestion, ...]:
    """Return everything that could be filled on a day, by table and row."""
    return _Finding(as_of(inventory, on), seen).all()


def taken(current: Inventory, suggestion: Suggestion, on: date) -> Plan:
    """Return the plan that writes a suggestion; Invalid if the row would not fit the others.

    Conflict if the row is gone, or says something by now.
    """
    rows: tuple[Link, ...] | tuple[Device, ...]
    rows = current.links if suggestion.table == "links" else current.devices
    row = next((one for one in rows if one.slug == suggestion.slug and holds(one, on)), None)
    if row is None or any(getattr(row, name) for name, _ in suggestion.fields):
        raise Conflict(
            Text(
                f"Dòng {suggestion.slug} đã thay đổi từ khi có đề xuất",
                f"The row {suggestion.slug} has changed since it was suggested",
            )
        )
    filled = row.model_copy(update=dict(suggestion.fields))
    desired = current.model_copy(
        update={suggestion.table: tuple(filled if one is row else one for one in rows)}
    )
    return fitted(current, desired, on, (suggestion.table,))


class _Finding:
    """The lookups of one search; all rows hold on the same day."""

    def __init__(self, today: Inventory, seen: Sighting) -> None:
        self._devices = {device.slug: device for device in today.devices}
        self._links = [one for one in today.links if {one.near, one.far} <= self._devices.keys()]
        self._ways: Ways = ways(today.sites, today.devices, self._links)
        self._called = _called(self._devices, seen)
        self._owners = self._addresses(seen)
        self._next_hops: defaultdict[str, set[str]] = defaultdict(set)
        for way in seen.ways_out:
            self._next_hops[way.instance].add(way.next_hop)
        # Device → device next to it → what was seen of that.
        self._beside: defaultdict[str, dict[str, Neighbour]] = defaultdict(dict)
        for one in seen.neighbours:
            other = self._device_of(one.name)
            if one.instance in self._devices and other is not None and other != one.instance:
                self._beside[one.instance].setdefault(other, one)

    def all(self) -> tuple[Suggestion, ...]:
        found = [*self._ports(), *self._ways_up()]
        return tuple(sorted(found, key=lambda one: (one.table, one.slug, one.key)))

    def _addresses(self, seen: Sighting) -> dict[str, str]:
        """Return the device of each address; one that two devices bear is nobody's."""
        owners: dict[str, set[str]] = defaultdict(set)
        for device in self._devices.values():
            owners[device.address].add(device.slug)
        for one in seen.addresses:
            if one.instance in self._devices:
                owners[one.address].add(one.instance)
        return {address: next(iter(who)) for address, who in owners.items() if len(who) == 1}

    def _device_of(self, name: str) -> str | None:
        for key in (fold(name), fold(name.partition(".")[0]), fold(name.partition("(")[0])):
            if key in self._called:
                return self._called[key]
        return None

    # Ports of lines.

    def _ports(self) -> Iterator[Suggestion]:
        between: defaultdict[frozenset[str], list[Link]] = defaultdict(list)
        for link in self._links:
            between[frozenset((link.near, link.far))].append(link)
        for link in self._links:
            if len(between[frozenset((link.near, link.far))]) > 1:
                continue  # which of several lines a port carries, no neighbour can tell
            fields: list[tuple[str, str | Slugs]] = []
            evidence: list[Text] = []
            for field, here, there in (
                ("near_port", link.near, link.far),
                ("far_port", link.far, link.near),
            ):
                if getattr(link, field) is not None:
                    continue
                seen, told = self._beside[here].get(there), self._beside[there].get(here)
                if seen is not None and seen.port:
                    fields.append((field, seen.port))
                    evidence.append(self._says(seen, there))
                elif told is not None and told.name_port:
                    fields.append((field, told.name_port))
                    evidence.append(self._says(told, here))
            if fields:
                unique = tuple(dict.fromkeys(evidence))
                yield Suggestion("links", link.slug, link.name, tuple(fields), unique)

    # Ways up.

    def _ways_up(self) -> Iterator[Suggestion]:
        depths = self._depths()
        for device in self._devices.values():
            if device.uplinks:
                continue
            above = set(self._ways.uplinks.get(device.slug, ()))
            above |= {link.near for link in self._links if link.slug in above}
            found = self._by_route(device) or self._by_neighbour(device, depths)
            if found is None or found[0] in above or self._loops(device.slug, found[0]):
                continue
            fields: tuple[tuple[str, str | Slugs], ...] = (("uplinks", (found[0],)),)
            yield Suggestion("devices", device.slug, device.name, fields, (found[1],))

    def _by_route(self, device: Device) -> tuple[str, Text] | None:
        hops = self._next_hops.get(device.slug, set())
        owners = {self._owners[hop] for hop in hops if hop in self._owners} - {device.slug}
        if len(owners) != 1:
            return None
        [owner] = owners
        hop = next(one for one in sorted(hops) if self._owners.get(one) == owner)
        return owner, Text(
            f"tuyến mặc định của {device.slug} đi qua {hop}, địa chỉ của {owner}",
            f"the default route of {device.slug} leads over {hop}, an address of {owner}",
        )

    def _by_neighbour(self, device: Device, depths: Mapping[str, int]) -> tuple[str, Text] | None:
        """Return the one neighbour that is nearer to the site's gateway."""
        mine = depths.get(device.slug)
        if mine is None or not mine:
            return None
        nearer = [
            other
            for other in self._beside[device.slug]
            if self._devices[other].site == device.site and depths.get(other, mine) < mine
        ]
        if len(nearer) != 1:
            return None
        return nearer[0], self._says(self._beside[device.slug][nearer[0]], nearer[0])

    def _depths(self) -> dict[str, int]:
        """Return how many neighbours lie between each device and the gateway of its site."""
        both: defaultdict[str, set[str]] = defaultdict(set)
        for here, others in self._beside.items():
            for there in others:
                if self._devices[here].site == self._devices[there].site:
                    both[here].add(there)
                    both[there].add(here)
        depths: dict[str, int] = {}
        for gateway in self._ways.gateway.values():
            depths[gateway] = 0
            pending = deque([gateway])
            while pending:
                one = pending.popleft()
                for other in sorted(both[one]):
                    if other not in depths:
                        depths[other] = depths[one] + 1
                        pending.append(other)
        return depths

    def _loops(self, below: str, above: str) -> bool:
        """Say whether what is to be above stands below already."""
        pending, done = [above], set()
        while pending:
            one = pending.pop()
            if one == below:
                return True
            if one not in done:
                done.add(one)
                pending += self._ways.uplinks.get(one, ())
        return False

    def _says(self, one: Neighbour, other: str) -> Text:
        protocol, at = one.protocol.upper(), f" ({one.name_port})" if one.name_port else ""
        return Text(
            f"{protocol}: {one.instance} thấy {other}{at} ở cổng {one.port}",
            f"{protocol}: {one.instance} sees {other}{at} on its port {one.port}",
        )


def _called(devices: Collection[str], seen: Sighting) -> dict[str, str]:
    """Return the device of each name; a name that two devices bear is nobody's."""
    names: defaultdict[str, set[str]] = defaultdict(set)
    for slug in devices:
        names[fold(slug)].add(slug)
    for instance, name in seen.names:
        if name and instance in devices:
            names[fold(name)].add(instance)
            names[fold(name.partition(".")[0])].add(instance)
    return {name: next(iter(who)) for name, who in names.items() if len(who) == 1}


def _written(value: str | Slugs) -> str:
    return value if isinstance(value, str) else " ".join(value)
