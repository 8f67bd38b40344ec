"""Which rooms and services has a pretend province? One room a site, a service of each kind."""

from collections.abc import Sequence
from datetime import date

from core.inventory import Device, Inventory, Room, Service, Site

_PORTAL_WORDS = "Đồng Nai"
_WEBSITES = 3  # communes whose server holds a website


def rooms(furnished: Inventory, since: date) -> tuple[Room, ...]:
    """Return a room for every site: at its endpoint, at the centre by the bridge."""
    joins = {d.site: d.slug for d in furnished.devices if d.kind in ("endpoint", "bridge")}
    return tuple(
        Room(
            slug=f"{site.slug}-ph",
            name=f"Phòng họp {site.name}",
            name_en=f"Meeting room, {site.name_en}",
            site=site.slug,
            device=joins.get(site.slug),
            seats=120 if site.role == "center" else 40 if site.role == "hub" else 24,
            valid_from=since,
        )
        for site in furnished.sites
    )


def services(furnished: Inventory, owner: str, since: date) -> tuple[Service, ...]:
    """Return what the servers of the centre and of some communes serve.

    `owner` is the organisation to which the services of the centre belong.
    """
    devices = {device.slug: device for device in furnished.devices}
    first, second = devices["may-chu-1"], devices["may-chu-2"]
    router, bridge = devices["core-1"], devices["mcu"]
    central = (
        ("cong-thong-tin", "Cổng thông tin điện tử", "Web portal", "portal", second, "https://{}/"),
        ("mot-cua", "Một cửa điện tử", "One-stop shop", "portal", second, "https://{}:8443/"),
        ("van-ban", "Văn bản điều hành (iOffice)", "iOffice", "application", first, "https://{}/"),
        ("thu-dien-tu", "Thư điện tử công vụ", "Official mail", "mail", first, "tls://{}:993"),
        ("ten-mien", "Máy chủ tên miền", "Name server", "dns", first, "dns://{}/dongnai.example"),
        ("gio-chuan", "Máy chủ giờ chuẩn", "Time server", "ntp", router, "ntp://{}"),
        ("tong-dai", "Tổng đài hội nghị (SIP)", "SIP registrar", "sip", bridge, "sip:{}"),
    )
    return (
        *(
            Service(
                slug=slug,
                name=name,
                name_en=name_en,
                kind=kind,
                url=url.format(device.address),
                organisation=owner,
                site=device.site,
                device=device.slug,
                keyword=_PORTAL_WORDS if slug == "cong-thong-tin" else None,
                valid_from=since,
            )
            for slug, name, name_en, kind, device, url in central
        ),
        *_websites(furnished, since),
    )


def _websites(furnished: Inventory, since: date) -> Sequence[Service]:
    servers = {d.site: d for d in furnished.devices if d.kind == "server"}
    with_server = [s for s in furnished.sites if s.role == "site" and s.slug in servers]
    return [_website(site, servers[site.slug], since) for site in with_server[:_WEBSITES]]


def _website(site: Site, server: Device, since: date) -> Service:
    return Service(
        slug=f"{site.slug}-web",
        name=f"Trang thông tin {site.name}",
        name_en=f"Website, {site.name_en}",
        kind="website",
        url=f"http://{server.address}/",
        organisation=site.organisation,
        site=site.slug,
        device=server.slug,
        keyword=site.name,
        valid_from=since,
    )
