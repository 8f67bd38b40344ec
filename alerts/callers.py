"""Whom does a bridge mean by an address, a URI, a number or a name? One room, or nobody.

By what a room is called in the inventory first (its aliases), then by its equipment's address,
then by its name. What fits two rooms names none.
"""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.meeting import Taken
from core.text import fold
from core.watching import Target, TargetKind

_SCHEMES = ("sips:", "sip:", "h323:", "tel:")
_PLACES = frozenset({TargetKind.ROOM, TargetKind.SITE})


def spoken(remote: str) -> str:
    """Return an address as it is compared: no scheme, plus, parameters or port; folded."""
    text = fold(remote).strip("<> ")
    for scheme in _SCHEMES:
        text = text.removeprefix(scheme)
    text = text.partition(";")[0].partition("?")[0]
    head, colon, port = text.rpartition(":")
    host = head.rpartition("@")[2]
    if colon and port.isdecimal() and (":" not in host or host.endswith("]")):
        text = head
    return text.strip().lstrip("+")


def named(remote: str) -> Iterable[str]:
    """Yield what a far end may be known by."""
    return _parts(spoken(remote))


def _parts(text: str) -> Iterable[str]:
    """Yield what an address may be known by: all of it, its number or name, its IP address."""
    yield text
    user, at, host = text.rpartition("@")
    if at:
        yield user
    bare = (host if at else text).strip("[]")
    if _is_ip(bare):
        yield bare


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Callers:
    """Who is who on a bridge: rooms, and apart from them sites that join as a whole."""

    books: Mapping[TargetKind, tuple[Mapping[str, str | None], ...]]  # None: it fits several

    @classmethod
    def of(cls, targets: Mapping[str, Target]) -> "Callers":
        """Return who is who in an estate."""
        rooms_of: dict[str, int] = {}
        for target in targets.values():
            if target.kind is TargetKind.ROOM and target.site:
                rooms_of[target.site] = rooms_of.get(target.site, 0) + 1
        books: dict[TargetKind, tuple[dict[str, str | None], ...]] = {
            kind: ({}, {}, {}) for kind in _PLACES
        }
        for target in targets.values():
            if target.kind not in _PLACES:
                continue
            by_alias, by_address, by_name = books[target.kind]
            equipment = equipment_of(target, targets)
            _enter(by_alias, target.slug, map(spoken, target.aliases))
            _enter(by_address, target.slug, [spoken(one.address or "") for one in equipment])
            names = [target.slug, target.name, target.name_en or ""]
            names += [word for one in equipment for word in (one.slug, one.name)]
            site = targets.get(target.site or "")
            if site is not None and rooms_of.get(site.slug) == 1:
                names += [site.name, site.slug]
            _enter(by_name, target.slug, map(fold, names))
        return cls(books)

    def room(self, remote: str, kind: TargetKind = TargetKind.ROOM) -> str | None:
        """Return the room, or the site, that a bridge means; None if none or several."""
        parts = list(named(remote))
        for book in self.books[kind]:
            for part in parts:
                if part in book:
                    return book[part]
        return None


def equipment_of(target: Target, targets: Mapping[str, Target]) -> list[Target]:
    """Return the equipment of a room, or all endpoints of a site."""
    members = [targets[slug] for slug in target.members if slug in targets]
    if target.kind is TargetKind.ROOM:
        return [one for one in members if one.kind is TargetKind.DEVICE]
    return [one for one in members if one.role == "endpoint"]


def place_of(slug: str, targets: Mapping[str, Target]) -> str:
    """Return what is the same for all names of one room: its equipment, if it has one piece.

    A room and the site that joins as a whole are one, where both mean that equipment.
    """
    target = targets.get(slug)
    own = equipment_of(target, targets) if target is not None else []
    return own[0].slug if len(own) == 1 else slug


def taken_in(targets: Mapping[str, Target]) -> Taken:
    """Return what a room takes for its meeting: itself and its equipment.

    A site that joins as a whole takes all of its rooms besides: nobody said which of them.
    """
    rooms: dict[str, list[str]] = {}
    for target in targets.values():
        if target.kind is TargetKind.ROOM and target.site:
            rooms.setdefault(target.site, []).append(target.slug)

    def taken(slug: str) -> frozenset[str]:
        target = targets.get(slug)
        own = equipment_of(target, targets) if target is not None else []
        return frozenset((slug, *(one.slug for one in own), *rooms.get(slug, ())))

    return taken


def _enter(book: dict[str, str | None], slug: str, words: Iterable[str]) -> None:
    for word in words:
        if word:
            book[word] = slug if book.get(word, slug) == slug else None
