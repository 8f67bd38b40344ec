"""Which unit or organisation does a list mean, by whole names or by paths like "All/UBND xã A"?"""

import re
from dataclasses import dataclass
from datetime import date

from core.inventory import Inventory, Organisation
from core.text import nfc
from inventory import refusals
from inventory.faults import Fault
from inventory.places import Gazetteer
from inventory.plan import as_of
from inventory.registers import Registers
from inventory.rowmaking import unclear

_PATH = re.compile(r"\s*[\\/>|]\s*|(?:^|,)\s*(?:OU|CN|DC)=", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Subject:
    """A unit, or an organisation in it; `told` where the name is not its own to the letter."""

    unit: str
    organisation: str = ""
    told: str = ""


class Places:
    """Which unit or organisation do lists mean, on which day?"""

    def __init__(self, current: Inventory) -> None:
        self._current = current
        self._of: dict[date, tuple[Gazetteer, Registers]] = {}
        self._known: dict[tuple[str, str, str, date], Subject | Fault] = {}

    def find(self, text: str, district: str, province: str, on: date) -> Subject | Fault:
        """Return whom a name means, by whole or by a part of a path like "All/UBND xã A"."""
        asked = (text, district, province, on)
        if asked not in self._known:
            parts = [part for part in _PATH.split(text) if part.strip()]
            ways = [text, *reversed(parts)] if len(parts) > 1 else [text]
            found = [self._find(nfc(way), district, province, on) for way in ways]
            good = (one for one in found if isinstance(one, Subject))
            self._known[asked] = next(good, found[0])
        return self._known[asked]

    def _find(self, text: str, district: str, province: str, on: date) -> Subject | Fault:
        gazetteer, registers = self._on(on)
        offices = registers["organisations"]
        office = offices.known(text)
        if office is not None and office.slug is not None:
            row = offices.live.get(office.slug)
            if isinstance(row, Organisation):
                told = "" if office.literal else row.name
                return Subject(row.unit, row.slug, told)
        match = gazetteer.inside(text, district, province)
        if match.slug is None:
            if office is not None:
                return refusals.ambiguous(text[:80], "organisations", office.candidates)
            return unclear(text[:80], match)
        (name,) = gazetteer.said([match.slug])
        return Subject(match.slug, told="" if match.literal else name)

    def _on(self, day: date) -> tuple[Gazetteer, Registers]:
        if day not in self._of:
            live = as_of(self._current, day)
            self._of[day] = (Gazetteer(self._current, day), Registers(self._current, live))
        return self._of[day]
