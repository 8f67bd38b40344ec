"""Has a page become another one overnight?

Pages are held against the last one that was well by their sketches (see `_http/searcher.py`), and
the change is told by the lines that came and went. What is seen first is believed: after a
restart only `accepted` sketches tell a page that was defaced meanwhile.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from collectors._flow.params import Params
from collectors._http.matcher import Page
from collectors._net.trouble import printable, trouble
from core.collector import Kit
from core.reading import FailureKind
from core.text import nfc

_KEPT = 1000  # checks
_LINES = 400  # of a page
_SHOWN = 2  # lines that are told
_LENGTH = 70  # characters of one
_BY_CHANCE = 1 / 255  # how often two bins are alike that have nothing in common


@dataclass(frozen=True, slots=True)
class _Kept:
    """The last page that was well."""

    terms: tuple[object, ...]  # what was asked of it: other terms begin anew
    sketch: str
    lines: tuple[str, ...]


@dataclass(slots=True)
class Pages:
    """The last good page of each check. An engine of the kit."""

    kept: OrderedDict[str, _Kept] = field(default_factory=OrderedDict)

    def judge(self, check: str, params: Params, page: Page) -> float | None:
        """Return the share of the page that has changed, None of the first; Trouble if too much.

        A page that is well is kept as what the next is held against.
        """
        terms = (params.steps[-1].url, params.watch, params.ignore, params.accepted)
        before = self.kept.get(check)
        if before is not None and before.terms != terms:
            before = None
        against = [*params.accepted, *([before.sketch] if before else [])]
        change = min((changed(one, page.sketch) for one in against), default=None)
        limit = params.max_change
        if change is not None and limit is not None and change > limit:
            was = before.lines if before else ()
            raise trouble(FailureKind.PROTOCOL, _told(change, was, page))
        while len(self.kept) >= _KEPT:
            self.kept.popitem(last=False)
        self.kept[check] = _Kept(terms, page.sketch, page.watched[:_LINES])
        self.kept.move_to_end(check)
        return change

    async def aclose(self) -> None:
        """Forget everything."""
        self.kept.clear()


def pages_of(kit: Kit) -> Pages:
    """Return the kit's engine."""
    engine = kit.engine("watched pages", lambda _: Pages())
    if not isinstance(engine, Pages):
        raise TypeError("another engine bears the name watched pages")
    return engine


def changed(one: str, other: str) -> float:
    """Return the share (0…1) by which two sketches differ; 1 if one is none."""
    try:
        left, right = bytes.fromhex(one), bytes.fromhex(other)
    except ValueError:
        return 1.0
    if len(left) != len(right):
        return 1.0
    filled = [(a, b) for a, b in zip(left, right, strict=True) if a or b]
    if not filled:
        return 0.0  # two pages without a word
    alike = sum(a == b for a, b in filled) / len(filled)
    return min(1.0, 1.0 - max(0.0, alike - _BY_CHANCE) / (1 - _BY_CHANCE))


def defaced(words: Iterable[str], page: Page) -> str | None:
    """Return the first text of known defacements that stands on a page."""
    said = nfc("\n".join(page.lines)).casefold()
    return next((word for word in words if word and nfc(word).casefold() in said), None)


def _told(change: float, before: Sequence[str], page: Page) -> str:
    was, now = set(before), set(page.watched)
    new = [line for line in page.watched if line not in was][:_SHOWN]
    gone = [line for line in before if line not in now][:_SHOWN]
    said = f"{change:.0%} of the page has changed"
    if before and new:
        said += "; new: " + ", ".join(f'"{printable(line, _LENGTH)}"' for line in new)
    if gone:
        said += "; gone: " + ", ".join(f'"{printable(line, _LENGTH)}"' for line in gone)
    return f"{said}; if this is right: accepted={page.sketch}"
