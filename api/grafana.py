"""Which Grafana board tells more of a target, and at what address?"""

from collections.abc import Collection
from urllib.parse import urlencode

from core.text import Language
from core.watching import Target, TargetKind

_BY_KIND = {
    TargetKind.SITE: "site",
    TargetKind.LINK: "links",
    TargetKind.ROOM: "rooms",
    TargetKind.SERVICE: "services",
    TargetKind.GROUP: "links",
}
_BY_ROLE = {
    "gateway": "network",
    "router": "network",
    "switch": "network",
    "firewall": "network",
    "endpoint": "rooms",
    "bridge": "bridges",
    "ups": "power",
}
_ELSE = "servers"
_SENSORS = "modbus"  # the collector of generators and of the sensors of rooms


def board_of(target: Target, collectors: Collection[str] = ()) -> str:
    """Return the board of a target, by the name of its module in `grafana/`."""
    if target.kind in _BY_KIND:
        return _BY_KIND[target.kind]
    if _SENSORS in collectors:
        return "power"
    return _BY_ROLE.get(target.role, _ELSE)


def address_of(base: str, target: Target, collectors: Collection[str], language: Language) -> str:
    """Return where the board of a target is: of its site, or of its unit."""
    slug = board_of(target, collectors)
    chosen = {"var-site": target.slug} if slug == "site" else {"var-unit": target.unit or ""}
    query = urlencode({name: value for name, value in chosen.items() if value})
    return f"{base.rstrip('/')}/d/thongsuot-{slug}-{language}" + (f"?{query}" if query else "")
