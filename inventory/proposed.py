"""From what a sweep found to rows that a person may import: nothing is added by itself."""

import ipaddress
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core.discovery import Found, addresses, size, within
from core.inventory import EPOCH, Device, Inventory
from core.text import fold
from inventory import blankbook, csvfiles
from inventory.plan import as_of
from inventory.tables import BY_NAME

# Words of a family, or of what a device says of itself, that tell its kind; the first holds.
_KINDS: tuple[tuple[str, str], ...] = (
    (r"ups\b|powerware|mge", "ups"),
    (r"unified communications|meeting server|\bmcu\b|\brmx\b|realpresence collab", "bridge"),
    (r"telepresence|webex|video endpoint|clickshare|codec", "endpoint"),
    (r"asa\b|firepower|fortigate|palo alto|check point|\busg\d|\bsrx|firewall", "firewall"),
    (
        r"poweredge|openmanage|proliant|ilo|idrac|windows|esxi|net-snmp|synology|qnap|linux",
        "server",
    ),
    (r"jetdirect|printer|airos|airmax", "other"),
    (
        r"small business|catalyst|powerconnect|procurve|aos-cx|arubaos|fortiswitch|dgs|exos|icx|"
        r"jetstream|comware|rgos|zxr10|nx-os|\bs\d{4}|\bce\d{4,5}|\bex\d{4}|switch",
        "switch",
    ),
    (r"ios|junos|vrp|routeros|draytek|timos|router", "router"),
)
_CONFERENCE = {1720, 5060, 5061}
_LEAST_SHARED = 16  # bits that two addresses share to be neighbours
_NOT_IN_A_SLUG = re.compile(r"[^a-z0-9]+")
UNKNOWN_SITE = ""


def kind_of(family: str, description: str, ports: Sequence[int]) -> str:
    """Return what kind of device this is, as far as can be told."""
    for words in (family, description):
        said = words.lower()
        for pattern, kind in _KINDS:
            if said and re.search(pattern, said):
                return kind
    return "endpoint" if _CONFERENCE & set(ports) else "other"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A row that a person may add, and why its site was guessed."""

    device: Device
    found: Found
    near: str | None  # the known address beside it; None: its site is for a person to say


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a sweep comes to: what is new, what is known, what does not answer any more."""

    fresh: tuple[Proposal, ...]
    known: int
    vanished: tuple[Device, ...]  # rows in the part that was swept, whose address is silent


def proposed(
    found: Sequence[Found],
    ranges: Sequence[str],
    done: int,
    inventory: Inventory,
    on: date,
) -> Proposed:
    """Compare what answered in the first `done` addresses with the inventory of a day."""
    devices = as_of(inventory, on).devices
    by_address = {device.address: device for device in devices}
    answering = {one.address for one in found}
    taken = {device.slug for device in devices} | {link.slug for link in inventory.links}
    fresh = [_proposal(one, by_address, taken) for one in found if one.address not in by_address]
    silent = [
        device
        for device in devices
        if device.address not in answering and _swept(device.address, ranges, done)
    ]
    return Proposed(
        tuple(sorted(fresh, key=lambda one: _order(one.found.address))),
        sum(one.address in by_address for one in found),
        tuple(sorted(silent, key=lambda device: _order(device.address))),
    )


def workbook(rows: Iterable[Proposal], **how: object) -> bytes:
    """Return the proposals in the import's own workbook."""
    devices = tuple(one.device for one in rows)
    inventory = Inventory.model_construct(**dict(Inventory()) | {"devices": devices})
    return blankbook.workbook(inventory, **how)  # type: ignore[arg-type]


def table(rows: Iterable[Proposal]) -> bytes:
    """Return the proposals as the file devices.csv of an import."""
    return csvfiles.rendered(BY_NAME["devices"], [one.device for one in rows])


def _proposal(one: Found, known: Mapping[str, Device], taken: set[str]) -> Proposal:
    beside = _nearest(one.address, known)
    site = known[beside].site if beside else UNKNOWN_SITE
    slug = _slug(one, taken)
    # A row without its site is no Device; the import asks for what is empty.
    device = Device.model_construct(
        slug=slug,
        valid_from=EPOCH,
        valid_to=None,
        name=one.name or one.address,
        site=site,
        kind=one.kind,
        vendor=one.vendor or None,
        model=None,
        address=one.address,
        profile=None,
        secret=one.snmp,
        uplinks=(),
        calendar=None,
    )
    return Proposal(device, one, beside)


def _slug(one: Found, taken: set[str]) -> str:
    bare = _NOT_IN_A_SLUG.sub("-", fold(one.name)).strip("-")[:40] if one.name else ""
    slug = bare or f"tb-{_NOT_IN_A_SLUG.sub('-', one.address.lower()).strip('-')}"
    found, number = slug, 2
    while found in taken:
        found, number = f"{slug}-{number}", number + 1
    taken.add(found)
    return found


def _nearest(address: str, known: Iterable[str]) -> str | None:
    """Return the known address that shares most of its beginning with this one."""
    own = ipaddress.ip_address(address)
    best, most = None, _LEAST_SHARED - 1
    for other in known:
        try:
            one = ipaddress.ip_address(other)
        except ValueError:
            continue
        if one.version != own.version:
            continue
        shared = own.max_prefixlen - (int(one) ^ int(own)).bit_length()
        if shared > most:
            best, most = other, shared
    return best


def _swept(address: str, ranges: Sequence[str], done: int) -> bool:
    """Say whether an address is among the first `done` of the ranges."""
    if not within(address, ranges):
        return False
    one, before = ipaddress.ip_address(address), 0
    for text in ranges:
        network = ipaddress.ip_network(text)
        if one in network:
            first = next(iter(addresses((text,))), None)
            return first is not None and before + int(one) - int(ipaddress.ip_address(first)) < done
        before += size((text,))
    return False


def _order(address: str) -> tuple[int, int]:
    try:
        one = ipaddress.ip_address(address)
    except ValueError:
        return (9, 0)
    return (one.version, int(one))
