"""What several lines or sites share, so that one fault takes them all: carrier, ring, POP, feeder.

A group is derived from what the inventory says of lines and sites; its slug holds a colon, which
no slug of the inventory may.
"""

import re
from dataclasses import dataclass

from core.inventory import Link, Site
from core.text import Text, fold

_NOT_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Risk:
    """One shared risk. `kind` is ring, pop, feeder or carrier."""

    slug: str
    kind: str
    name: Text
    carrier: str | None = None


def risks_of_line(link: Link) -> tuple[Risk, ...]:
    """Return what a line shares with others, the nearest thing first."""
    carrier = link.carrier
    of_carrier = f" ({carrier})" if carrier else ""
    found = []
    for kind, name, vi, en in (
        ("ring", link.ring, "Vòng", "Ring"),
        ("pop", link.pop, "Trạm", "POP"),
    ):
        if name:
            words = Text(vi=f"{_titled(vi, name)}{of_carrier}", en=f"{en} {name}{of_carrier}")
            found.append(Risk(_slug(kind, carrier, name), kind, words, carrier))
    if carrier:
        words = Text(vi=f"Nhà mạng {carrier}", en=f"Carrier {carrier}")
        found.append(Risk(_slug("carrier", carrier), "carrier", words, carrier))
    return tuple(found)


def risks_of_site(site: Site) -> tuple[Risk, ...]:
    """Return what a site shares with others: the power feeder that it hangs on, if one is named."""
    if not site.feeder:
        return ()
    words = Text(vi=_titled("Lộ điện", site.feeder), en=f"Power feeder {site.feeder}")
    return (Risk(_slug("feeder", site.feeder), "feeder", words),)


def _titled(kind: str, name: str) -> str:
    return name if fold(name).startswith(fold(kind)) else f"{kind} {name}"


def _slug(kind: str, *names: str | None) -> str:
    words = (_NOT_SLUG.sub("-", fold(name or "")).strip("-") for name in names)
    return ":".join((kind, *words))
