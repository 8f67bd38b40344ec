"""Which outages are listed one by one, and what is said of each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from core.clock import from_epoch
from core.finding import FAULT, Finding
from core.history import Span
from core.inventory import Inventory, Link
from core.risks import Risk, risks_of_line, risks_of_site
from core.text import Text
from reports.causes import as_stated, in_words, longest
from reports.counting import Counting
from reports.figures import Outages
from reports.lives import Life
from reports.periods import second
from reports.report import Outage
from reports.scopes import named
from reports.tally import Ints

if TYPE_CHECKING:
    from reports.compose import Plan, Why


@dataclass(frozen=True, slots=True)
class Listing:
    """The outages that are told one by one, of `total` that were counted."""

    outages_: Outages
    places: Ints  # those of `outages_` that are listed, by begin
    lives: Sequence[Life]
    total: int

    @property
    def spans(self) -> tuple[Span, ...]:
        """Return the listed outages as spans of their targets."""
        return tuple(
            Span(self._life(n).target, int(self.outages_.begin[n]), int(self.outages_.end[n]))
            for n in self.places
        )

    def outages(
        self,
        plan: "Plan",
        whys: Mapping[int, Sequence["Why"]],
        incidents: Mapping[int, str],
        findings: Mapping[str, Finding],
    ) -> tuple[Outage, ...]:
        """Return the listed outages in words, by begin."""
        spans = self.spans
        blamed = [longest(span, whys.get(n, ())) for n, span in enumerate(spans)]
        roots = _Roots(plan.inventory, {root for _, root in blamed if root}, plan.end)
        return tuple(
            _as_found(
                self._outage(plan, int(self.places[n]), blamed[n], roots, incidents.get(n)),
                findings.get(incidents.get(n, "")),
            )
            for n in range(len(spans))
        )

    def _outage(
        self,
        plan: "Plan",
        place: int,
        blamed: tuple[str, str | None],
        roots: "_Roots",
        incident: str | None,
    ) -> Outage:
        life, found = self._life(place), self.outages_
        reason, root = blamed
        begin, end = int(found.begin[place]), int(found.end[place])
        counted = int(found.seconds[place])
        elsewhere = root if root is not None and root != life.target else None
        line = roots.link(root) if root is not None else None
        unit = life.path[-1] if life.path else None
        row = plan.units.last(unit, plan.end) if unit is not None else None
        return Outage(
            target=life.target,
            name=life.name,
            begin=from_epoch(begin),
            end=from_epoch(end),
            seconds=counted,
            excluded=end - begin - counted,
            began_before=bool(found.began_before[place]),
            still_open=bool(found.still_open[place]),
            root=root or life.target,
            root_name=roots.name(elsewhere) if elsewhere is not None else life.name,
            cause=in_words(reason, roots.name(elsewhere) if elsewhere is not None else None),
            carrier=(roots.carrier(root) if root is not None else None) or life.carrier,
            circuit=line.circuit if line is not None else life.circuit,
            incident=incident,
            unit=unit,
            unit_name=named(row) if row is not None else None,
        )

    def _life(self, place: int) -> Life:
        return self.lives[int(self.outages_.life[place])]


def _as_found(outage: Outage, finding: Finding | None) -> Outage:
    """Return an outage with what people found; the measured cause stands beside it."""
    if finding is None:
        return outage
    return replace(outage, stated=as_stated(finding), fault=FAULT[finding.fault])


class _Roots:
    """The names of what failed, as they were last known before a moment."""

    def __init__(self, inventory: Inventory, slugs: set[str], end: int) -> None:
        self._names: dict[str, Text] = {}
        self._links: dict[str, Link] = {}
        self._carriers: dict[str, str] = {}
        tables = (inventory.services, inventory.rooms, inventory.sites, inventory.devices)
        for rows in (*tables, inventory.links):
            known = [row for row in rows if row.slug in slugs and second(row.valid_from) < end]
            for row in sorted(known, key=lambda row: row.valid_from):
                other = getattr(row, "name_en", None)
                self._names[row.slug] = Text(vi=row.name, en=other or row.name)
                if isinstance(row, Link):
                    self._links[row.slug] = row

        for risk in self._risks(inventory, slugs, end):
            self._names[risk.slug] = risk.name
            if risk.carrier:
                self._carriers[risk.slug] = risk.carrier

    @staticmethod
    def _risks(inventory: Inventory, slugs: set[str], end: int) -> Iterator[Risk]:
        """Yield what lines and sites shared, of those that are asked for."""
        if not any(":" in slug for slug in slugs):
            return
        for link in inventory.links:
            if second(link.valid_from) < end:
                yield from (risk for risk in risks_of_line(link) if risk.slug in slugs)
        for site in inventory.sites:
            if second(site.valid_from) < end:
                yield from (risk for risk in risks_of_site(site) if risk.slug in slugs)

    def carrier(self, slug: str) -> str | None:
        """Return whose fault it is, of a line or of what lines share."""
        line = self._links.get(slug)
        return line.carrier if line is not None else self._carriers.get(slug)

    def name(self, slug: str) -> Text:
        return self._names.get(slug, Text(vi=slug, en=slug))

    def link(self, slug: str) -> Link | None:
        return self._links.get(slug)


def listed(counting: Counting, most: int | None) -> Listing:
    """Return the longest outages of all targets, `most` of them or all."""
    _, outages = counting.by_target
    total = len(outages.begin)
    places = np.arange(total)
    if most is not None and total > most:
        shortest = np.partition(outages.seconds, total - most)[total - most] if most else 0
        some = np.flatnonzero(outages.seconds >= shortest) if most else places[:0]
        order = np.lexsort((outages.row[some], outages.begin[some], -outages.seconds[some]))
        places = some[order][:most]
    by_begin = np.lexsort((outages.row[places], outages.begin[places]))
    return Listing(outages, places[by_begin], counting.lives, total)
