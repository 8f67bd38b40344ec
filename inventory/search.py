"""Which row does a person mean? Search without diacritics, case or the words of a level.

"Hòa" and "Hoà" are one word here; "phường Bình Phước", "P. Binh Phuoc" and "binh phuoc" too.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.inventory import Device, Inventory, Organisation, Service, Unit
from core.text import fold, vietnamese_order
from inventory.tables import TABLES, AnyRow, named, rows

_UNNAMED = frozenset(  # tables whose rows nobody looks for by name
    {
        "successions",
        "calendars",
        "special_days",
        "rotas",
        "rota_rules",
        "shifts",
        "escalations",
        "rules",
        "certificates",
        "measures",
    }
)
_WORDS = re.compile(r"[^\W_]+")
_LEVELS = re.compile(
    r"^(?:(?:tinh|thanh pho|huyen|quan|thi xa|thi tran|xa|phuong|dac khu)\s+"
    r"|(?:tp|tx|tt|p|x|h|q)\s*\.\s*)+"
)
_ABBREVIATIONS = {
    "uy ban nhan dan": "ubnd",
    "hoi dong nhan dan": "hdnd",
    "trung uong": "tu",
    "t.u": "tu",
    "tw": "tu",
}
_LONG = re.compile(rf"\b(?:{'|'.join(map(re.escape, _ABBREVIATIONS))})\b")


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that can be found: `texts` are its name, its English name, its codes …

    `place` tells namesakes apart: "Đồng Nai (huyện Bù Đăng)".
    """

    table: str
    slug: str
    name: str
    texts: tuple[str, ...] = ()
    place: str = ""


def key(text: str) -> str:
    """Return the search key of a text: folded, abbreviations unified, words parted by blanks."""
    folded = _LONG.sub(lambda found: _ABBREVIATIONS[found[0]], fold(text))
    return " ".join(_WORDS.findall(folded))


def bare(text: str) -> str:
    """Return the search key of a name without the words and abbreviations of its level."""
    return key(_LEVELS.sub("", fold(text))) or key(text)


class Index:
    """The search keys of many entries, made once."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._rows = [
            (entry, bare(entry.name), " ".join([key(entry.name), *map(key, entry.texts)]))
            for entry in entries
        ]

    def find(self, query: str, limit: int = 20) -> list[Entry]:
        """Return the entries that hold every word of a query (as a beginning), best first."""
        wanted, words = bare(query), key(query).split()
        core = wanted.split()
        if not core:
            return []
        found = []
        for entry, name, text in self._rows:
            rank = _rank(wanted, core, words, name, f" {text}")
            if rank is not None:
                found.append((rank, len(name), vietnamese_order(entry.name), entry.slug, entry))
        found.sort(key=lambda hit: hit[:4])
        return [hit[4] for hit in found[:limit]]


def _rank(
    wanted: str, core: Sequence[str], words: Sequence[str], name: str, text: str
) -> int | None:
    """Return how well an entry fits, 0 best; None if it does not. `text` begins with a blank."""
    if not all(f" {word}" in text for word in core):
        return 4 if name.replace(" ", "").startswith(wanted.replace(" ", "")) else None
    level_agrees = all(f" {word}" in text for word in words)
    if name.startswith(wanted):
        return 0 if name == wanted and level_agrees else 1
    return 2 if f" {wanted}" in text else 3


def entries(inventory: Inventory) -> list[Entry]:
    """Return every row of a day's inventory that has a name."""
    units = {unit.slug: unit for unit in inventory.units}
    sites = {site.slug: site for site in inventory.sites}
    devices = {device.slug: device for device in inventory.devices}
    offices = {office.slug: office for office in inventory.organisations}
    found = []
    for table in TABLES:
        for row in rows(inventory, table.name):
            device: AnyRow = devices.get(getattr(row, "far", ""), row)
            if isinstance(row, Service):
                device = _whose(row, devices, offices)
            site: AnyRow = sites.get(getattr(device, "site", None) or "", device)
            above = row.parent if isinstance(row, Unit) else getattr(site, "unit", None)
            if table.name not in _UNNAMED:
                found.append(_entry(table.name, row, _place(above, units)))
    return found


def _whose(
    service: Service, devices: dict[str, Device], offices: dict[str, Organisation]
) -> AnyRow:
    """Return the row that says where a service belongs: itself, its owner, or its server."""
    office = offices.get(service.organisation or "")
    if service.unit is not None:
        return service.model_copy(update={"site": None})
    if office is not None:
        return office
    return service if service.site else devices.get(service.device or "", service)


def _entry(table: str, row: AnyRow, place: str) -> Entry:
    columns = ("name_en", "code", "address", "url", "circuit", "carrier", "email", "phone")
    texts = [str(value) for name in columns if (value := getattr(row, name, None))]
    return Entry(table, named(row), str(getattr(row, "name", "")), (named(row), *texts), place)


def _place(slug: str | None, units: dict[str, Unit]) -> str:
    names: list[str] = []
    seen: set[str] = set()
    while slug is not None and slug in units and slug not in seen:
        seen.add(slug)
        names.append(units[slug].name)
        slug = units[slug].parent
    return " – ".join(names)
