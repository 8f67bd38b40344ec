"""Finding units, incidents and whatever is watched by any part of a name, without diacritics."""

from collections.abc import Iterator

from api.snapshot import Picture, where
from api.v1.shapes import FoundOut
from core.status import Status
from core.text import fold, vietnamese_order

LIMIT = 50


def _targets(picture: Picture, words: list[str]) -> Iterator[tuple[int, FoundOut]]:
    for target in picture.estate.targets:
        if all(word in picture.haystacks[target.slug] for word in words):
            yield (
                _rank(target.name, words),
                FoundOut(
                    kind=target.kind.value,
                    slug=target.slug,
                    name=target.name,
                    where=where(picture.units, target.unit_path),
                    status=picture.status(target.slug),
                    url=f"/targets/{target.slug}",
                ),
            )


def _units(picture: Picture, words: list[str]) -> Iterator[tuple[int, FoundOut]]:
    for unit in picture.units.values():
        if unit.slug not in picture.sited:
            continue
        text = fold(f"{unit.name} {unit.name_en or ''} {unit.slug} {unit.code}")
        if all(word in text for word in words):
            found = FoundOut(
                kind="unit",
                slug=unit.slug,
                name=unit.name,
                where=where(picture.units, (unit.parent,)) if unit.parent else "",
                status=None,
                url=f"/units/{unit.slug}",
            )
            yield _rank(unit.name, words) - 1, found


def _incidents(picture: Picture, words: list[str]) -> Iterator[tuple[int, FoundOut]]:
    for one in picture.incidents:
        root = picture.targets.get(one.root)
        name = root.name if root else one.root
        if all(word in fold(f"{one.id} {name}") for word in words):
            status: Status | None = picture.status(one.root)
            url = f"/incidents/{one.id}"
            yield (
                _rank(one.id, words) - 2,
                FoundOut(
                    kind="incident", slug=one.id, name=name, where=one.id, status=status, url=url
                ),
            )


def _rank(name: str, words: list[str]) -> int:
    """Return how well a name fits: 0 begins so, 1 holds it in one piece, 3 elsewhere."""
    folded, query = fold(name), " ".join(words)
    if folded.startswith(query):
        return 0
    return 1 if query in folded else 3


def search(picture: Picture, query: str, limit: int = LIMIT) -> list[FoundOut]:
    """Return at most `limit` hits, the best first; nothing for an empty query."""
    words = fold(query).split()
    if not words:
        return []
    hits = [*_units(picture, words), *_incidents(picture, words), *_targets(picture, words)]
    hits.sort(key=lambda hit: (hit[0], vietnamese_order(hit[1].name)))
    return [hit for _, hit in hits[:limit]]
