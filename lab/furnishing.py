"""What stands at a site, and by which lines is it reached? The same rules for any tree."""

from dataclasses import dataclass
from datetime import date

from core.inventory import Device, Inventory, Link, Site

CORE = "core-1"  # all main lines of the hubs end here
SECOND_CORE = "core-2"  # and their reserve lines here
PLATFORM = 254  # host part of the platform's own address, 10.N.255.254
_LINES_NET = 250  # 10.N.250.h: addresses that answer only over one line of hub h

_PORTS = {"Cisco": "Gi0/{}", "Huawei": "GE0/0/{}", "MikroTik": "ether{}"}
_CARRIERS = ("VNPT", "Viettel", "VNPT", "MobiFone")
_HUB_GATEWAYS = (("Cisco", "ISR 4331"), ("Huawei", "AR6280"))
_SITE_GATEWAYS = (("MikroTik", "RB750Gr3"), ("Huawei", "AR651"), ("Cisco", "ISR 1111"))
_CODECS = (("Poly", "Studio X50"), ("Yealink", "MeetingEye 600"), ("AVer", "VC520"))
_RESERVED = (1, 3, 5, 8)  # hubs, counted from 1, that have a second line


@dataclass(frozen=True, slots=True)
class Place:
    """A site to be furnished, with the sites behind it."""

    slug: str
    name: str
    name_en: str
    unit: str
    organisation: str | None = None
    places: tuple["Place", ...] = ()


def furnish(center: Place, *, network: int, prefix: str, since: date) -> Inventory:
    """Return sites, devices and lines of the tree under `center`.

    Addresses lie in 10.`network`.0.0/16: hub h has 10.N.(20·h).0/24, its k-th commune
    10.N.(20·h+k).0/24. `prefix` begins the carriers' circuit ids. At most 11 hubs of 19.
    """
    work = _Furnishing(network, prefix, since)
    work.center(center)
    for h, hub in enumerate(center.places, 1):
        work.hub(h, hub)
        for k, place in enumerate(hub.places, 1):
            work.commune(h, k, hub, place)
    return Inventory(sites=tuple(work.sites), devices=tuple(work.devices), links=tuple(work.links))


class _Furnishing:
    def __init__(self, network: int, prefix: str, since: date) -> None:
        self.network, self.prefix, self.since = network, prefix, since
        self.sites: list[Site] = []
        self.devices: list[Device] = []
        self.links: list[Link] = []
        self.used_ports: dict[str, int] = {}

    def center(self, place: Place) -> None:
        self._site(place, "center")
        rows = (
            (CORE, "router", "Bộ định tuyến lõi 1", 1, ("Cisco", "ASR 1001")),
            (SECOND_CORE, "router", "Bộ định tuyến lõi 2", 2, ("Huawei", "NE8000")),
            (
                "mcu",
                "bridge",
                "Thiết bị điều khiển đa điểm (MCU)",
                10,
                ("Cisco", "Meeting Server 1000"),
            ),
            ("may-chu-1", "server", "Máy chủ quản lý văn bản", 20, ("Dell", "PowerEdge R750")),
            ("may-chu-2", "server", "Máy chủ cổng thông tin", 21, ("HPE", "ProLiant DL380")),
            ("ups-trung-tam", "ups", "Bộ lưu điện phòng máy chủ", 30, ("APC", "Smart-UPS 3000")),
        )
        for slug, kind, name, host, make in rows:
            self._device(slug, place, kind, name, at=(0, host), make=make)

    def hub(self, h: int, place: Place) -> None:
        self._site(place, "hub")
        net = 20 * h
        self._gateway(place, net, _HUB_GATEWAYS[h % 2])
        self._endpoint(place, net, _CODECS[h % 3])
        self._server(place, net)
        self._ups(place, net)
        carrier, reserved = _CARRIERS[h % 4], h in _RESERVED
        # With a reserve line the far router answers while the main line is broken: each line
        # then has an address of its own, so that its own fault can be seen.
        host = h if reserved else None
        self._link(CORE, place, carrier, f"TT-{h:02d}", capacity=200.0, line_host=host)
        if reserved:
            other = "Viettel" if carrier == "VNPT" else "VNPT"
            number = f"TT-{h:02d}D"
            self._link(
                SECOND_CORE, place, other, number, capacity=100.0, line_host=100 + h, order=2
            )

    def commune(self, h: int, k: int, hub: Place, place: Place) -> None:
        self._site(place, "site")
        net = 20 * h + k
        self._gateway(place, net, _SITE_GATEWAYS[(h + k) % 3])
        self._endpoint(place, net, _CODECS[(h + k) % 3])
        if (h + k) % 3 == 0:
            self._server(place, net)
        if (h + k) % 2 == 0:
            self._ups(place, net)
        carrier = "MobiFone" if (h * 7 + k) % 9 == 0 else _CARRIERS[h % 4]
        capacity = (50.0, 100.0, 200.0)[(h + k) % 3]
        self._link(f"{hub.slug}-gw", place, carrier, f"{h:02d}-{k:02d}", capacity=capacity)

    def _site(self, place: Place, role: str) -> None:
        self.sites.append(
            Site(
                slug=place.slug,
                name=place.name,
                name_en=place.name_en,
                unit=place.unit,
                organisation=place.organisation,
                role=role,
                valid_from=self.since,
            )
        )

    def _device(
        self,
        slug: str,
        place: Place,
        kind: str,
        name: str,
        *,
        at: tuple[int, int],
        make: tuple[str, str],
    ) -> None:
        self.devices.append(
            Device(
                slug=slug,
                name=name,
                site=place.slug,
                kind=kind,
                vendor=make[0],
                model=make[1],
                address=f"10.{self.network}.{at[0]}.{at[1]}",
                valid_from=self.since,
            )
        )

    def _gateway(self, place: Place, net: int, make: tuple[str, str]) -> None:
        name = f"Bộ định tuyến {place.name}"
        self._device(f"{place.slug}-gw", place, "gateway", name, at=(net, 1), make=make)

    def _endpoint(self, place: Place, net: int, make: tuple[str, str]) -> None:
        name = f"Thiết bị HNTH {place.name}"
        self._device(f"{place.slug}-vc", place, "endpoint", name, at=(net, 10), make=make)

    def _server(self, place: Place, net: int) -> None:
        name = f"Máy chủ {place.name}"
        make = ("Dell", "PowerEdge T150")
        self._device(f"{place.slug}-sv", place, "server", name, at=(net, 20), make=make)

    def _ups(self, place: Place, net: int) -> None:
        name = f"Bộ lưu điện {place.name}"
        self._device(
            f"{place.slug}-ups", place, "ups", name, at=(net, 30), make=("APC", "Smart-UPS 750")
        )

    def _link(
        self,
        near: str,
        place: Place,
        carrier: str,
        number: str,
        *,
        capacity: float,
        line_host: int | None = None,
        order: int = 1,
    ) -> None:
        far = f"{place.slug}-gw"
        reserve = order > 1
        address = f"10.{self.network}.{_LINES_NET}.{line_host}" if line_host else None
        self.links.append(
            Link(
                slug=f"kenh-{place.slug}" + ("-dp" if reserve else ""),
                name=f"Kênh {'dự phòng ' if reserve else ''}{carrier} đi {place.name}",
                near=near,
                far=far,
                near_port=self._port(near),
                far_port=self._port(far),
                carrier=carrier,
                circuit=f"{carrier.upper()}-{self.prefix}-{number}",
                capacity_mbps=capacity,
                medium="vi ba" if reserve else "cáp quang",
                network="TSLCD cấp II",
                address=address,
                order=order,
                valid_from=self.since,
            )
        )

    def _port(self, device: str) -> str:
        vendor = next(d.vendor for d in self.devices if d.slug == device)
        self.used_ports[device] = number = self.used_ports.get(device, 0) + 1
        return _PORTS[vendor or "Cisco"].format(number)
