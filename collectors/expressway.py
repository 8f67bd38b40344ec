"""How many calls and registrations has the Expressway or VCS, are its zones up, what does it warn?

`GET /getxml?location=/Status/…` with HTTP Basic: `ResourceUsage`, `Zones` and `Warnings` as a
public plugin reads them; `SystemUnit` is unconfirmed, names vary by version. No call quality.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from collectors._vc import metrics
from collectors._vc.facts import Bridge, Fault
from collectors._vc.guest import Guest
from collectors._vc.looking import looked
from collectors._vc.markup import called, children, number, text, tree, whole
from collectors._vc.params import VcParams
from core.collector import Collector, Kit, Transcript
from core.reading import Reading
from core.text import Text
from core.watching import Check

_ACKNOWLEDGED = "acknowledged"  # by an administrator: known, and no news


class Params(VcParams):
    """What may be set."""


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Read the server once."""
    params = Params.model_validate(dict(check.params))
    port = 443 if params.scheme == "https" else 80
    return await looked(check, kit, transcript, params, _visit, port=port)


async def _visit(guest: Guest) -> Bridge:
    unit = await _part(guest, "SystemUnit")
    usage = await _part(guest, "ResourceUsage")
    faults = [*_zones(await _part(guest, "Zones")), *_warnings(await _part(guest, "Warnings"))]
    kinds = list(next(children(usage, "Calls"), Element("none")))
    calls = [now for kind in kinds if (now := whole(kind, "Current")) is not None]
    most = [limit for kind in kinds if (limit := whole(kind, "Max"))]
    return Bridge(
        product=text(unit, "Product") or "Cisco Expressway",
        software=text(unit, "Software/Version"),
        serial=text(unit, "Hardware/SerialNumber"),
        uptime=number(unit, "Uptime"),
        faults=faults,
        legs=sum(calls) if calls else None,
        legs_limit=sum(most) if most else None,
        registrations=whole(usage, "Registrations/Current"),
    )


async def _part(guest: Guest, name: str) -> Element | None:
    """Return one part of the status tree, None where this version has none."""
    answer = await guest.get(f"/getxml?location=/Status/{name}")
    return called(tree(answer.octets), "Status").find(name)


def _zones(zones: Element | None) -> Iterator[Fault]:
    for zone in children(zones, "Zone"):
        name, status = text(zone, "Name"), text(zone, "Status")
        if name and status and status != "Active":
            yield Fault("error", f"zone {name}: {status}")


def _warnings(warnings: Element | None) -> Iterator[Fault]:
    for warning in children(warnings, "Warning"):
        known = text(warning, "State").lower() == _ACKNOWLEDGED
        yield Fault("info" if known else "warning", text(warning, "Reason") or "warning")


COLLECTOR = Collector(
    name="expressway",
    help=Text(
        vi="Cisco Expressway, VCS đang có bao nhiêu cuộc gọi, máy đăng ký, vùng nào hỏng?",
        en="How many calls and registrations has the Expressway or VCS, and are its zones up?",
    ),
    params=Params,
    emits=metrics.BRIDGES,
    look=look,
    interval=60.0,
    timeout=15.0,
)
