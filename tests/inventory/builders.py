"""A small land to build on: a centre, a hub, two communes behind it."""

from datetime import date, time

from core.inventory import (
    CalendarSpan,
    Contact,
    Device,
    Inventory,
    Link,
    Organisation,
    Room,
    Service,
    Site,
    Unit,
    UnitLevel,
)

ON = date(2026, 11, 22)


def a_unit(slug: str, code: str, level: UnitLevel, parent: str | None = None) -> Unit:
    return Unit(slug=slug, code=code, level=level, name=slug, parent=parent, province_code="75")


def a_device(slug: str, site: str, kind: str = "gateway", **changes: object) -> Device:
    fields: dict[str, object] = {
        "slug": slug,
        "name": slug,
        "site": site,
        "kind": kind,
        "address": "10.0.0.1",
    }
    return Device.model_validate(fields | changes)


def a_link(slug: str, near: str, far: str, **changes: object) -> Link:
    fields: dict[str, object] = {"slug": slug, "name": slug, "near": near, "far": far}
    return Link.model_validate(fields | changes)


def a_site(slug: str, role: str = "site", **changes: object) -> Site:
    fields: dict[str, object] = {"slug": slug, "name": slug, "unit": "xa-1", "role": role}
    return Site.model_validate(fields | changes)


def a_room(slug: str, site: str, **changes: object) -> Room:
    return Room.model_validate({"slug": slug, "name": slug, "site": site} | changes)


def a_service(slug: str, url: str, **changes: object) -> Service:
    return Service.model_validate({"slug": slug, "name": slug, "url": url} | changes)


def a_land(**changes: object) -> Inventory:
    """Return centre (two routers, a server) → hub → two communes; the second has a reserve."""
    fields: dict[str, object] = {
        "units": (
            a_unit("dong-nai", "75", UnitLevel.PROVINCE),
            a_unit("xa-1", "00001", UnitLevel.COMMUNE, "dong-nai"),
        ),
        "organisations": (Organisation(slug="ubnd", name="UBND", unit="xa-1"),),
        "calendars": tuple(
            CalendarSpan(
                slug="hc", name="Giờ hành chính", days=(1, 2, 3, 4, 5), begin=begin, end=end
            )
            for begin, end in ((time(7, 30), time(11, 30)), (time(13, 30), time(17)))
        ),
        "contacts": (Contact(slug="an", name="An", email="an@donvi.vn"),),
        "sites": (
            a_site("tt", "center", unit="dong-nai"),
            a_site("cum", "hub"),
            a_site("dc-1", calendar="hc", organisation="ubnd", contact="an"),
            a_site("dc-2"),
        ),
        "devices": (
            a_device("rt-1", "tt", "router", address="10.0.0.2"),
            a_device("rt-2", "tt", "router", address="10.0.0.3"),
            a_device("sv-1", "tt", "server", address="10.0.0.4"),
            a_device("gw-cum", "cum", address="10.0.0.5"),
            a_device("gw-1", "dc-1"),
            a_device("ep-1", "dc-1", "endpoint", vendor="Poly", address="10.0.0.6"),
            a_device("gw-2", "dc-2", address="10.0.0.7"),
            a_device("ups-2", "dc-2", "ups", calendar="hc", address="10.0.0.8"),
        ),
        "links": (
            a_link("k-cum", "rt-1", "gw-cum", near_port="Gi0/1", far_port="wan"),
            a_link("k-1", "gw-cum", "gw-1", near_port="Gi0/2", carrier="VNPT", circuit="C1"),
            a_link("k-2", "gw-cum", "gw-2", capacity_mbps=200.0, medium="quang"),
            a_link("k-2b", "rt-2", "gw-2", order=2, address="10.9.9.9"),
        ),
    }
    return Inventory.model_validate(fields | changes)
