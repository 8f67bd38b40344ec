"""Who hangs behind whom in the pretend province? Read from its inventory, by the lab itself."""

from core.errors import NotFound
from core.inventory import Device, Inventory, Link, Service
from core.text import Text

_GATEWAYS = ("gateway", "router")


class Fabric:
    """Devices, lines, and the ways up from each device."""

    def __init__(self, inventory: Inventory) -> None:
        self.devices: dict[str, Device] = {d.slug: d for d in inventory.devices}
        self.links: dict[str, Link] = {link.slug: link for link in inventory.links}
        self.services: dict[str, Service] = {s.slug: s for s in inventory.services}
        self.sites = {site.slug: site for site in inventory.sites}
        self.gateways = self._gateways()
        self._above: dict[str, tuple[tuple[str | None, str], ...]] = {
            slug: self._find_above(device) for slug, device in self.devices.items()
        }
        self._ports = {
            end: (link, far_side)
            for link in self.links.values()
            for end, far_side in (
                ((link.near, link.near_port), False),
                ((link.far, link.far_port), True),
            )
            if end[1] is not None
        }

    def _gateways(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for device in sorted(self.devices.values(), key=lambda d: d.slug):
            if device.kind in _GATEWAYS:
                found.setdefault(device.site, device.slug)
        return found

    def _find_above(self, device: Device) -> tuple[tuple[str | None, str], ...]:
        lines = sorted(
            (link for link in self.links.values() if link.far == device.slug),
            key=lambda link: (link.order, link.slug),
        )
        if lines:
            return tuple((link.slug, link.near) for link in lines)
        gateway = self.gateways.get(device.site)
        if device.kind in _GATEWAYS or gateway is None:
            return ()
        return ((None, gateway),)

    def above(self, device: str) -> tuple[tuple[str | None, str], ...]:
        """Return the ordered ways up: (line or None, device it leads to)."""
        return self._above[device]

    def carries(self, device: str, port: str) -> tuple[Link, bool] | None:
        """Return the line on a device's port, and whether this is its far side."""
        return self._ports.get((device, port))

    def ports_of(self, device: str) -> tuple[str, ...]:
        """Return the names of the device's ports that carry a line, in the order of the lines."""
        return tuple(port for owner, port in self._ports if owner == device and port)

    def behind(self, target: str) -> frozenset[str]:
        """Return the devices that have the line or device on some way up, itself included.

        Behind a service there are none.
        """
        if target in self.services:
            return frozenset()
        found = {target} if target in self.devices else {self.links[target].far}
        grown = True
        while grown:
            more = {
                slug
                for slug, ways in self._above.items()
                if slug not in found and any(near in found for _, near in ways)
            }
            found |= more
            grown = bool(more)
        return frozenset(found)

    def line(self, name: str) -> str:
        """Return the slug of the line a person meant: its own, or its site's or device's.

        Raises NotFound where there is none.
        """
        if name in self.links:
            return name
        device = self.gateways.get(name, name)
        ways = self._above.get(device, ())
        line = next((link for link, _ in ways if link is not None), None)
        if line is None:
            raise NotFound(self._no_line(name))
        return line

    def _no_line(self, name: str) -> Text:
        site = self.devices[name].site if name in self.devices else ""
        of_site = [line for line, _ in self._above.get(self.gateways.get(site, ""), ()) if line]
        mend = Text(vi="xem `thongsuot lab list`", en="see `thongsuot lab list`")
        if of_site:
            mend = Text(
                vi=f"đường truyền của điểm {site}: {', '.join(of_site)}",
                en=f"the lines of its site {site}: {', '.join(of_site)}",
            )
        return Text(
            vi=f"Không có đường truyền nào tên “{name}” hoặc dẫn đến “{name}”; {mend.vi}",
            en=f"No line is called {name!r} or leads to {name!r}; {mend.en}",
        )
