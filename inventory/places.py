"""Which unit does a name mean? Prefixes, diacritics, tone marks, old districts, successions.

One unit alone may be meant, or nothing is matched: what is merely similar is a suggestion.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import SequenceMatcher, get_close_matches
from typing import NamedTuple

from core.inventory import Inventory, Unit
from core.text import fold, nfc
from inventory.plan import holds
from inventory.search import key
from inventory.spelling import canonical, same_marks

_LEVELS = {
    "tinh": "province",
    "thanh pho": "city",  # a province, or a district until 30 June 2025
    "tp": "city",
    "huyen": "district",
    "h": "district",
    "quan": "district",
    "q": "district",
    "thi xa": "district",
    "tx": "district",
    "xa": "commune",
    "x": "commune",
    "phuong": "commune",
    "p": "commune",
    "thi tran": "commune",
    "tt": "commune",
    "dac khu": "commune",
}
_WRITTEN_OUT = {
    "tp": "thanh pho",
    "h": "huyen",
    "q": "quan",
    "tx": "thi xa",
    "x": "xa",
    "p": "phuong",
    "tt": "thi tran",
}
_LONG = "tinh|thanh pho|huyen|quan|thi xa|thi tran|xa|phuong|dac khu"
_PREFIX = re.compile(rf"(?:({_LONG})\s+|(tp|tx|tt|p|x|h|q)(?:\s*\.\s*|\s+))", re.IGNORECASE)
_OFFICES = re.compile(
    r"^(?:uy ban nhan dan|ubnd|hdnd-ubnd|hdnd va ubnd|hdnd|hoi dong nhan dan|dang uy|"
    r"diem cau|tru so|van phong|trung tam hanh chinh|mat tran to quoc|ubmttq)\b[\s:,-]*"
)
_OLD = re.compile(r"\b(?:cu|truoc day|truoc sap xep)\b")
_PARTS = re.compile(r"\s*[,;/(]\s*|\s+[-–]\s*|\s*[-–]\s+|\)")
_INSIDE = re.compile(rf"\b(?:({_LONG})\s|(tp|tx|tt|p|x|h|q)\s*\.\s*)", re.IGNORECASE)
_SIMILAR, _NEAR, _MOST = 0.75, 0.55, 5
_RUN, _WORD, _SIMILAR_WORD, _LOOKED_AT = 0.85, 0.4, 0.6, 20
MOST_GUESSES, MOST_COMPARED = 500, 5_000  # searches for what is similar, and names in each
_COMMUNE = 5  # digits of its code
_CITY = {"province", "district"}


@dataclass(frozen=True, slots=True)
class Match:
    """What a name came to: one unit, or none and who may be meant.

    `ambiguous` without candidates: a former unit that nothing is known to have come after.
    `literal`: the name is the unit's own, to the letter; `via`: the former unit that was named.
    """

    slug: str | None
    literal: bool = False
    via: str | None = None
    candidates: tuple[str, ...] = ()  # names with their place, for a person
    ambiguous: bool = False
    outside: str | None = None  # the district or province that none of the candidates lies in
    strange: str | None = None  # a district or province that is no unit: it told nothing


class _Named(NamedTuple):
    level: str | None  # as `_LEVELS`
    word: str  # the prefix written out: "phuong" of "P."
    bare: str  # folded, without prefix
    toned: str  # in canonical tones, without prefix


class Gazetteer:
    """All units of an inventory by what people call them."""

    def __init__(self, inventory: Inventory, on: date) -> None:
        self._on = on
        self._spans: dict[str, list[Unit]] = defaultdict(list)
        for unit in inventory.units:
            self._spans[unit.slug].append(unit)
        self._next: dict[str, list[tuple[str, bool]]] = defaultdict(list)
        self._before: dict[str, list[str]] = defaultdict(list)
        for row in inventory.successions:
            if row.on <= on:
                self._next[row.old].append((row.new, row.partial))
                self._before[row.new].append(row.old)
        self._by_name: dict[str, dict[str, None]] = defaultdict(dict)
        self._by_code: dict[str, dict[str, None]] = defaultdict(dict)
        self._levels: dict[str, str] = {}
        for slug, units in self._spans.items():
            for unit in units:
                self._by_name[_cut(unit.name).bare][slug] = None
                self._by_code[unit.code][slug] = None
                self._levels[slug] = unit.level.value
        self._known: dict[tuple[str, str, str], Match] = {}
        self._guesses = 0

    def live(self, slug: str) -> Unit | None:
        """Return the span of a unit that holds on the day."""
        return next((unit for unit in self._spans.get(slug, ()) if holds(unit, self._on)), None)

    def coded(self, text: str) -> Unit | None:
        """Return the unit whose identifier or whole code a text is, or what it went to."""
        is_code = text.isascii() and text.isdigit() and len(text) == _COMMUNE
        match = self.find(text) if is_code or text in self._spans else Match(None)
        return self.live(match.slug) if match.slug is not None else None

    def find(self, text: str, district: str = "", province: str = "") -> Match:
        """Return the unit that a text means, with the help of what stands beside it."""
        asked = (text, district, province)
        if asked not in self._known:
            around = [part for part in (district, province) if part]
            strange = next((part for part in around if not self._spelt(_today(part))), None)
            self._known[asked] = replace(self._find(text, around), strange=strange)
        return self._known[asked]

    def _find(self, text: str, around: Sequence[str]) -> Match:
        if text in self._spans:
            return Match(text, literal=True)
        digits = re.sub(r"[.,]0+$", "", text.strip())
        if digits.isascii() and digits.isdigit():
            return self._by_number(digits)
        whole = self._named(text, around)
        if whole.slug is not None or whole.ambiguous or whole.outside:
            return whole
        first, *others = [part for part in _PARTS.split(nfc(text)) if part.strip()] or [text]
        if others:
            places = [o for o in others if _OLD.sub("", fold(o)).strip()]
            parts = self._named(first, [*places, *around])
            if parts.slug is not None or parts.ambiguous or parts.outside:
                return parts
        return Match(None, candidates=self._similar(first))

    def of_any_time(self, text: str) -> Match:
        """Return the unit of a name, one that has ended as well."""
        if text in self._spans:
            return Match(text, literal=True)
        digits = text.strip()
        slugs = self._spelt(text) or list(self._by_code.get(digits, ()))
        found = self._best(slugs, text, _cut(text))
        if len(found) == 1:
            return Match(found[0])
        return Match(None, candidates=self.said(found or ()), ambiguous=bool(found))

    def province(self, code: str) -> str | None:
        """Return the province with a code."""
        found = [s for s in self._by_code.get(code, ()) if self._levels[s] == "province"]
        live = [slug for slug in found if self.live(slug)]
        return live[0] if len(live) == 1 else None

    def inside(self, text: str, district: str = "", province: str = "") -> Match:
        """Return the unit that the name of a place ends in: "UBND xã Tân Tiến"."""
        whole = self.find(text, district, province)
        if whole.slug is not None or whole.ambiguous or whole.outside:
            return whole
        found = [m.start() for m in _INSIDE.finditer(_aligned(text))]
        for start in found:
            match = self.find(nfc(text)[start:], district, province)
            if match.slug is not None or match.ambiguous or match.outside:
                return match
            whole = whole if whole.candidates else match
        return whole

    def _by_number(self, digits: str) -> Match:
        widths = {2, 3, 5} if len(digits) < 5 else {5}  # noqa: PLR2004
        slugs = {
            slug
            for width in widths
            if len(digits) <= width
            for slug in self._by_code.get(digits.zfill(width), ())
        }
        live = [slug for slug in slugs if self.live(slug)]
        exact = [slug for slug in live if digits in {u.code for u in self._spans[slug]}]
        for found in (exact, live):
            if len(found) == 1:
                return Match(found[0], literal=found is exact)
        if not live and len(slugs) == 1:
            return self._gone(next(iter(slugs)))
        return Match(None, candidates=self.said(sorted(slugs)), ambiguous=len(slugs) > 1)

    def _named(self, text: str, around: Sequence[str]) -> Match:
        asked = _cut(text)
        slugs = self._of_level(self._spelt(text), asked)
        for place in reversed(around):
            near = self._near(slugs, place)
            if slugs and not near:
                return Match(None, candidates=self.said(slugs), outside=place)
            slugs = near
        live = [slug for slug in slugs if self.live(slug)]
        if live and (former := self._truer(slugs, live, asked)):
            return self._one_of([*live, *former])
        for found in (live, [] if live else slugs):
            best = self._best(found, text, asked)
            if len(best) == 1:
                if found is not live:
                    return self._gone(best[0])
                unit = self.live(best[0])
                return Match(best[0], literal=unit is not None and unit.name == nfc(text))
            if best:
                return self._one_of(best)
        return Match(None)

    def _spelt(self, text: str) -> list[str]:
        """Return the units that a text can name by its letters and their marks."""
        asked = _cut(text)
        slugs = list(self._by_name.get(asked.bare, ()))
        if nfc(text).isascii():
            return slugs
        names = {slug: [_cut(unit.name) for unit in self._spans[slug]] for slug in slugs}
        return [
            slug
            for slug, cuts in names.items()
            if any(c.bare == asked.bare and same_marks(c.toned, asked.toned) for c in cuts)
        ]

    def _of_level(self, slugs: list[str], asked: _Named) -> list[str]:
        """Prefer the units of the level that the prefix says; it may have changed since."""
        if asked.level is None:
            return slugs
        levels = _CITY if asked.level == "city" else {asked.level}
        return [slug for slug in slugs if self._levels[slug] in levels]

    def _truer(self, slugs: list[str], live: list[str], asked: _Named) -> list[str]:
        """Return the former units that have the level's word of a text, if none of today's has."""
        alike = [
            slug
            for slug in slugs
            if asked.word and any(_cut(u.name).word == asked.word for u in self._spans[slug])
        ]
        return [] if set(alike) & set(live) else alike

    def _best(self, slugs: list[str], text: str, asked: _Named) -> list[str]:
        """Return those of some namesakes that are spelt most like the text."""
        tests = (
            lambda unit: unit.name == nfc(text),
            lambda unit: canonical(unit.name) == canonical(text),
            lambda unit: _cut(unit.name)[1:] == asked[1:],
            lambda unit: _cut(unit.name).toned == asked.toned,
            lambda unit: _cut(unit.name).word == asked.word,
        )
        for test in tests if len(slugs) > 1 else ():
            alike = [slug for slug in slugs if any(test(unit) for unit in self._spans[slug])]
            if alike:
                return alike
        return slugs

    def _near(self, slugs: list[str], place: str) -> list[str]:
        """Keep the units that lie in a place, or whose predecessors did."""
        areas = set(self._spelt(_today(place)))
        return [s for s in slugs if areas & self._above(s)] if areas else slugs

    def _above(self, slug: str) -> set[str]:
        """Return a unit's ancestors of all times, and those of the units it came from."""
        found: set[str] = set()
        waiting = [slug, *self._before.get(slug, ())]
        while waiting:
            parents = {unit.parent for unit in self._spans.get(waiting.pop(), ()) if unit.parent}
            fresh = parents - found
            found |= fresh
            waiting += fresh
            waiting += [new for parent in fresh for new, _ in self._next.get(parent, ())]
            found.update(new for parent in fresh for new, _ in self._next.get(parent, ()))
        return found

    def _gone(self, slug: str) -> Match:
        """Follow a unit that ended to the one that it went to whole."""
        via = self._spans[slug][-1].name
        seen: set[str] = set()
        partly = False
        ends, waiting = set(), [slug]
        while waiting:
            old = waiting.pop()
            if old in seen:
                continue
            seen.add(old)
            if self.live(old):
                ends.add(old)
                continue
            partly = partly or any(part for _, part in self._next.get(old, ()))
            waiting += [new for new, _ in self._next.get(old, ())]
        if len(ends) == 1 and not partly:
            return Match(ends.pop(), via=via)
        return Match(None, via=via, candidates=self.said(sorted(ends)), ambiguous=True)

    def _one_of(self, slugs: list[str]) -> Match:
        """Return the one unit that several former ones became, else the choice."""
        ends = {slug if self.live(slug) else self._gone(slug).slug for slug in slugs}
        if len(ends) == 1 and (end := next(iter(ends))) is not None:
            return Match(end, via=self._spans[slugs[0]][-1].name)
        return Match(None, candidates=self.said(slugs), ambiguous=True)

    def _similar(self, text: str) -> tuple[str, ...]:
        """Return the units that may be meant; only so often, for it is slow."""
        if self._guesses >= MOST_GUESSES:
            return ()
        self._guesses += 1
        bare = _cut(text).bare
        known: Iterable[str] = self._by_name
        if len(self._by_name) > MOST_COMPARED:
            known = [name for name in known if name[:2] == bare[:2]]
        near = _closest(bare, known, _SIMILAR)
        slugs = [slug for name in near for slug in self._by_name[name]]
        live = [slug for slug in slugs if self.live(slug)]
        return self.said((live or slugs)[:_MOST])

    def nearer(self, text: str) -> tuple[str, ...]:
        """Return the units whose names, old ones as well, are near to that of none.

        Nearer than nothing, farther than what `find` suggests; of one first letter.
        """
        asked = _cut(text).bare
        if self._guesses >= MOST_GUESSES:
            return ()
        self._guesses += 1
        known = [name for name in self._by_name if name[:1] == asked[:1]]
        if len(known) > MOST_COMPARED:
            known = [name for name in known if name[:2] == asked[:2]]
        found: dict[str, None] = {}
        for name in _closest(asked, known, _NEAR):
            for slug in self._by_name[name]:
                end = slug if self.live(slug) else self._gone(slug).slug
                found |= {end: None} if end is not None else {}
        return self.said(found)

    def said(self, slugs: Iterable[str]) -> tuple[str, ...]:
        """Return units as people tell them apart: "Xã Tân Tiến – Thành phố Đồng Nai (25195)"."""
        found = []
        for slug in list(slugs)[:_MOST]:
            unit = self.live(slug) or self._spans[slug][-1]
            parent = self._spans.get(unit.parent or "", [])
            place = f" – {parent[-1].name}" if parent else ""
            found.append(f"{unit.name}{place} ({unit.code})")
        return tuple(found)


def _closest(asked: str, known: Iterable[str], cutoff: float) -> list[str]:
    """Return the names that are most like one and that it may be a slip for."""
    found = get_close_matches(asked, known, n=_LOOKED_AT, cutoff=cutoff)
    return [name for name in found if _may_be_slip(asked, name)][:_MOST]


def _may_be_slip(asked: str, known: str) -> bool:
    """Say whether two names differ in a word alone, or in little of every word."""
    mine, theirs = asked.split(), known.split()
    if len(mine) != len(theirs):
        return SequenceMatcher(None, asked.replace(" ", ""), known.replace(" ", "")).ratio() >= _RUN
    pairs = [(a, b) for a, b in zip(mine, theirs, strict=True) if a != b]
    like = [SequenceMatcher(None, a, b).ratio() for a, b in pairs]
    begun = all(a[0] == b[0] for a, b in pairs)
    return min(like, default=1) >= _WORD and (
        begun or (len(pairs) == 1 and like[0] >= _SIMILAR_WORD)
    )


def _today(place: str) -> str:
    """Return the name of a place without the words that say it is a former one: "(cũ)"."""
    whole = nfc(place)
    folded = _aligned(whole)
    if len(folded) != len(whole):
        return whole
    kept, start = "", 0
    for found in _OLD.finditer(folded):
        kept, start = kept + whole[start : found.start()], found.end()
    return (kept + whole[start:]).strip(" ()")


def _aligned(text: str) -> str:
    """Return text without diacritics, letter for letter as long as its NFC."""
    letters = (unicodedata.normalize("NFD", char)[0] for char in nfc(text).casefold())
    return "".join("d" if letter == "đ" else letter for letter in letters)


def _cut(text: str) -> _Named:
    """Part a name into the level that its prefix says and the rest."""
    whole = nfc(text)
    folded = _aligned(whole)
    if len(folded) != len(whole):  # a letter that folds to two
        return _Named(None, "", key(whole), canonical(whole))
    start = 0
    if office := _OFFICES.match(folded):
        start = office.end()
    level, word = None, ""
    if (prefix := _PREFIX.match(folded, start)) is not None and folded[prefix.end() :].strip():
        found = (prefix[1] or prefix[2]).lower()
        level, word, start = _LEVELS[found], _WRITTEN_OUT.get(found, found), prefix.end()
    rest = whole[start:]
    return _Named(level, word, key(rest) or key(whole), canonical(rest))


def unit_in(text: str) -> str | None:
    """Return what names a commune in the name of a place: "xã Một" of "UBND xã Một"."""
    for found in _INSIDE.finditer(_aligned(text)):
        part = nfc(text)[found.start() :].strip()
        named = _cut(part)
        if named.level == "commune" and named.bare != key(part):
            return part
    return None


def levels_in(text: str) -> str | None:
    """Return the level that a name's prefix says: province, district, commune; city = unsure."""
    return _cut(text).level
