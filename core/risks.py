"""What several lines or sites share, so that one fault takes them all: carrier, ring, POP, feeder.

A group is derived from what the inventory says of lines and sites; its slug holds a colon, which
no slug of the inventory may.
"""

import re
from dataclasses import dataclass

from core.inventory import Link, Site
from core.text import Text, fold

_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_KINDS = {  # what people write before a name, or leave out
    "ring": Text("Vòng", "Ring"),
    "pop": Text("Trạm", "POP"),
    "feeder": Text("Lộ điện", "Power feeder"),
    "carrier": Text("Nhà mạng", "Carrier"),
}


@dataclass(frozen=True, slots=True)
class Risk:
    """One shared risk. `kind` is ring, pop, feeder or carrier."""

    slug: str
    kind: str
    name: Text
    carrier: str | None = None


def risks_of_line(link: Link) -> tuple[Risk, ...]:
    """Return what a line shares with others, the nearest thing first."""
    named = (("ring", link.ring), ("pop", link.pop))
    found = [_risk(kind, name, link.carrier) for kind, name in named if name]
    return (*found, _risk("carrier", link.carrier)) if link.carrier else tuple(found)


def risks_of_site(site: Site) -> tuple[Risk, ...]:
    """Return what a site shares with others: the power feeder that it hangs on, if one is named."""
    return (_risk("feeder", site.feeder),) if site.feeder else ()


def _risk(kind: str, name: str, carrier: str | None = None) -> Risk:
    """Return a group by its name; "3", "Vòng 3" and "ring 3" are one."""
    bare = name
    for word in (_KINDS[kind].vi, _KINDS[kind].en):
        if fold(name).startswith(fold(word) + " "):
            bare = name[len(word) :].strip()
    words = [fold(part) for part in (carrier, bare) if part]
    slug = ":".join((kind, *(_NOT_SLUG.sub("-", word).strip("-") for word in words)))
    of_carrier = f" ({carrier})" if carrier else ""
    title = Text(*(f"{said} {bare}{of_carrier}" for said in (_KINDS[kind].vi, _KINDS[kind].en)))
    return Risk(slug, kind, title, carrier or (name if kind == "carrier" else None))
