"""Counts a report; of a scope that does not exist, says which names come close."""

from collections.abc import Iterable
from datetime import datetime
from difflib import get_close_matches

from core.errors import NotFound
from core.inventory import Inventory
from core.text import Text, fold
from reports.hours import ALWAYS, EXPECTED
from reports.report import Report, ScopeKind
from reports.request import UptimeRequest
from runtime.reporting import Progress, build
from storage.ledger import Ledger
from storage.series import SeriesReader

NAMED = 3  # names that are proposed


async def counted(
    ledger: Ledger,
    request: UptimeRequest,
    now: datetime,
    progress: Progress | None = None,
    *,
    series: SeriesReader | None = None,
) -> Report:
    """Return the report; NotFound names what may have been meant."""
    try:
        return await build(ledger, request, now, progress=progress, series=series)
    except NotFound as missing:
        inventory = await ledger.inventory.load()
        found = calendars(inventory, request.calendar)
        found = found or nearest(inventory, request.scope, request.key)
        if not found:
            raise
        listed = ", ".join(found)
        raise NotFound(
            Text(
                f"{missing.text.vi}. Có phải là: {listed}?",
                f"{missing.text.en}. Perhaps: {listed}?",
            )
        ) from missing


def calendars(inventory: Inventory, asked: str) -> list[str]:
    """Return the calendars there are, if the one that was asked for is not among them."""
    known = {span.slug: span.name for span in inventory.calendars}
    if asked in {ALWAYS, EXPECTED, *known}:
        return []
    return [ALWAYS, EXPECTED, *(f"{slug} ({name})" for slug, name in sorted(known.items()))]


def nearest(inventory: Inventory, scope: ScopeKind, key: str) -> list[str]:
    """Return up to three keys of a scope that are like the one given, with their names."""
    known = dict(_known(inventory, scope))
    words: dict[str, str] = {}
    for slug, name in known.items():
        words.setdefault(fold(slug), slug)
        words.setdefault(fold(name), slug)
    like = get_close_matches(fold(key), words, NAMED * 2, 0.6)
    like += [word for word in words if len(fold(key)) > 2 and fold(key) in word]  # noqa: PLR2004
    slugs = list(dict.fromkeys(words[word] for word in like))[:NAMED]
    return [slug if known[slug] == slug else f"{slug} ({known[slug]})" for slug in slugs]


def _known(inventory: Inventory, scope: ScopeKind) -> Iterable[tuple[str, str]]:
    match scope:
        case ScopeKind.UNIT:
            yield from ((one.code, one.name) for one in inventory.units)
        case ScopeKind.ORGANISATION:
            yield from ((one.slug, one.name) for one in inventory.organisations)
        case ScopeKind.CARRIER:
            yield from ((one.carrier, one.carrier) for one in inventory.links if one.carrier)
        case ScopeKind.NETWORK:
            yield from ((one.network, one.network) for one in inventory.links if one.network)
        case ScopeKind.TARGET:
            for rows in (
                inventory.sites,
                inventory.links,
                inventory.devices,
                inventory.rooms,
                inventory.services,
            ):
                yield from ((one.slug, one.name) for one in rows)
