"""The board as text: its parts are rendered once for all readers, and sent to whom they are new.

An open screen tells which state of the board it shows (`X-Shown`); branches of the tree that it
has already are sent as holes, so that a change in a country costs each screen one province.
"""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from jinja2 import Environment
from markupsafe import Markup

from api.board import UnitNode, draw
from api.snapshot import Picture
from core.status import Status
from core.text import Language

REMEMBERED = 64  # states of the board that screens may still show
ASKED = timedelta(minutes=2)  # a screen that is still open has asked since


@dataclass(frozen=True, slots=True)
class Branch:
    """One top unit of the tree, rendered."""

    node: UnitNode
    minute: datetime | None  # None: nothing in it moves with time
    number: int
    text: Markup


@dataclass(frozen=True, slots=True)
class Drawn:
    """One state of the board in one language."""

    key: object
    mark: str
    head: Markup  # all but the tree
    branches: tuple[Branch, ...]

    def holed(self, known: frozenset[int]) -> Markup:
        """Return the tree, with holes where the reader has the branch already."""
        hole = Markup('<details data-key="{}" data-same></details>\n').format
        parts = (hole(b.node.slug) if b.number in known else b.text for b in self.branches)
        return Markup("").join(parts)


@dataclass(slots=True)
class _Shown:
    drawn: Drawn | None = None
    branches: dict[str, Branch] = field(default_factory=dict)
    asked_at: datetime | None = None


class Screens:
    """Renders the board, once per change, in a thread: a country must not keep others waiting."""

    def __init__(self, environment: Callable[[Language], Environment]) -> None:
        self._environment = environment
        self._shown: dict[Language, _Shown] = {"vi": _Shown(), "en": _Shown()}
        self._known: OrderedDict[str, frozenset[int]] = OrderedDict()
        self._numbers = count(1)
        self._born = secrets.token_hex(4)
        self._rendering = asyncio.Lock()

    async def draw(self, picture: Picture, language: Language, now: datetime) -> Drawn:
        """Return the board of a picture."""
        self._shown[language].asked_at = now
        return await self._draw(picture, language, now)

    async def draw_ahead(self, picture: Picture, now: datetime) -> None:
        """Draw the board in the languages in which screens are open, before they ask."""
        for language, shown in self._shown.items():
            if shown.asked_at is not None and now - shown.asked_at < ASKED:
                await self._draw(picture, language, now)

    async def _draw(self, picture: Picture, language: Language, now: datetime) -> Drawn:
        minute = now.replace(second=0, microsecond=0)
        key = (picture.key, minute)
        async with self._rendering:
            drawn = self._shown[language].drawn
            if drawn is None or drawn.key != key:
                drawn = await asyncio.to_thread(self._drawn, picture, language, now, key)
        return drawn

    def known_by(self, mark: str | None) -> frozenset[int]:
        """Return the branches that a screen has which shows the board of a mark."""
        return self._known.get(mark or "", frozenset())

    def _drawn(
        self, picture: Picture, language: Language, now: datetime, key: tuple[object, datetime]
    ) -> Drawn:
        board, shown = draw(picture), self._shown[language]
        environment = self._environment(language)
        head = environment.get_template("board_body.html").render(
            now=now, picture=picture, board=board
        )
        before, shown.branches = shown.branches, {}
        for node in board.tree:
            known = before.get(node.slug)
            minute = None if _stands_still(node) else key[1]
            if known is None or (known.node, known.minute) != (node, minute):
                text = environment.get_template("board_branch.html").render(
                    now=now, picture=picture, board=board, top=node
                )
                # What changed may not show: then nobody needs to be sent it.
                number = known.number if known and known.text == text else next(self._numbers)
                known = Branch(node, minute, number, Markup(text))  # noqa: S704
            shown.branches[node.slug] = known
        branches = tuple(shown.branches.values())
        mark = f"{self._born}-{next(self._numbers)}"
        self._remember(mark, branches)
        shown.drawn = Drawn(key, mark, Markup(head), branches)  # noqa: S704
        return shown.drawn

    def _remember(self, mark: str, branches: tuple[Branch, ...]) -> None:
        self._known[mark] = frozenset(branch.number for branch in branches)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)


def _stands_still(node: UnitNode) -> bool:
    """Say whether nothing in a branch tells how long it has been so."""
    return node.status is Status.UP
