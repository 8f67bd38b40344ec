"""The list that most offices have: place, gateway, line and person on one row. What rows is it?

Every row is a site; with an IP address it has a gateway, with a carrier, circuit or capacity
a line to that gateway, with a name and a telephone a contact, with a room or an endpoint a room.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from inventory.records import Record
from inventory.workbook import Value, shown

_NEVER = frozenset({"-", "--", "---", "–", "—", "không", "không có", "chưa có", "n/a"})
_OF_LINE = {"carrier", "circuit", "capacity_mbps", "medium"}
_DEVICES = (
    ("devices", "gateway", "Cổng kết nối"),
    ("endpoint", "endpoint", "Thiết bị hội nghị"),
)
_LINES = (("links", 1.0, "Đường truyền"), ("reserve", 2.0, "Đường dự phòng"))


_NOTHING: Mapping[str, str] = MappingProxyType({})
_TO_PERSON: Mapping[str, str] = MappingProxyType({"contact": "contacts"})
_TO_SITE: Mapping[str, str] = MappingProxyType({"site": "sites"})
_TO_DEVICE: Mapping[str, str] = MappingProxyType({"far": "devices"})
_TO_CODEC: Mapping[str, str] = MappingProxyType({"device": "endpoint"})


@dataclass(slots=True)
class Piece:
    """One row of a table to be, as the list says it.

    `part` is the prefix of its targets ("endpoint" for devices.kind endpoint); `beside` are
    part → slug of the pieces of the same record, filled in as they get theirs; `links_to` are
    column → part.
    """

    table: str
    part: str
    spot: int
    values: dict[str, Value]
    section: str = ""
    wide: bool = False
    beside: dict[str, str] = field(default_factory=dict)
    links_to: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    hints: Mapping[str, str] = field(
        default_factory=lambda: _NOTHING
    )  # circuit and address beside a site
    made_up: frozenset[str] = frozenset()  # columns of `values` that the list does not say
    place: str = ""  # what the list calls the place of a wide row


def split(record: Record, spot: int) -> list[Piece]:
    """Return the rows that one row of a wide list stands for."""
    parts: dict[str, dict[str, Value]] = {}
    for target, value in record.values.items():
        part, _, column = target.partition(".")
        if _said(value):
            parts.setdefault(part, {})[column] = value
    name = " ".join(shown(parts.get("sites", {}).get("name")).split())
    row = _Row(record, spot, parts, name)
    person = parts.get("contacts", {})
    to_person = _TO_PERSON if person.keys() & {"phone", "email"} else _NOTHING
    if to_person:
        row.add("contacts", "contacts", {"name": f"Đầu mối {name}"}, _NOTHING)
    row.add("sites", "sites", {}, to_person)
    for part, kind, words in _DEVICES:
        if "address" in parts.get(part, {}):
            row.add("devices", part, {"name": f"{words} {name}", "kind": kind}, _TO_SITE)
    for part, order, words in _LINES:
        if parts.get(part, {}).keys() & _OF_LINE:
            fixed: dict[str, Value] = {"name": f"{words} {name}", "order": order}
            row.add("links", part, fixed, _TO_DEVICE)
    codec = _TO_CODEC if "address" in parts.get("endpoint", {}) else _NOTHING
    if "rooms" in parts or codec:
        links_to = {**_TO_SITE, **codec, **to_person}
        row.add("rooms", "rooms", {"name": f"Phòng họp {name}"}, links_to)
    return row.pieces


class _Row:
    """The pieces of one record."""

    def __init__(
        self, record: Record, spot: int, parts: dict[str, dict[str, Value]], place: str
    ) -> None:
        self.record, self.spot, self.parts, self.place = record, spot, parts, place
        self.beside: dict[str, str] = {}
        self.pieces: list[Piece] = []
        self.hints = {
            mark: shown(parts[part][mark]).strip()
            for part, mark in (("links", "circuit"), ("devices", "address"))
            if mark in parts.get(part, {})
        }

    def add(
        self, table: str, part: str, fixed: dict[str, Value], links_to: Mapping[str, str]
    ) -> None:
        """Add one piece: what the list says of it, and for a new row `fixed` where it is silent."""
        said = self.parts.get(part, {})
        self.pieces.append(
            Piece(
                table,
                part,
                self.spot,
                fixed | said,
                section=self.record.section,
                wide=True,
                beside=self.beside,
                links_to=links_to,
                hints=self.hints if table == "sites" else _NOTHING,
                made_up=frozenset(fixed.keys() - said.keys()),
                place=self.place,
            )
        )


def _said(value: Value) -> bool:
    text = shown(value).strip()
    return bool(text) and text.lower() not in _NEVER
