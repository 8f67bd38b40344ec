"""Templates in use: what each row of `measures` sees now, and changing one of them."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite

from fastapi import Request

from api.context import Context, Glimpse
from api.door import Asker
from api.errors import Refused
from api.guard import client_address
from api.snapshot import Picture
from api.v1.estate import newest
from api.v1.shapes import CheckOut
from core.clock import LOCAL
from core.collector import Emit
from core.errors import Invalid, Problem
from core.inventory import Inventory, Measure
from core.quantity import runs_out
from core.status import Status
from core.text import Text, vietnamese_order
from core.watching import Check, Target
from inventory import measuring
from inventory.plan import Plan
from inventory.tables import BY_NAME
from inventory.templating import Template, checks, made_by, templates

FILE = BY_NAME[measuring.TABLE].file
_BESIDE = ("probe_success", "probe_duration_seconds")  # what every look has


@dataclass(frozen=True, slots=True)
class Value:
    """What a check measured last that says most of it."""

    emit: Emit
    value: float


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A template in use and what it sees. `status`: unknown before its first look."""

    measure: Measure
    template: Template
    target: Target | None  # None: it is not watched
    checks: tuple[CheckOut, ...]
    status: Status
    looked_at: datetime | None
    value: Value | None


def rows(context: Context, picture: Picture, inventory: Inventory) -> list[MeasureRow]:
    """Return the templates in use, by target."""
    by_target: dict[str, list[Check]] = {}
    for check in picture.estate.checks:
        by_target.setdefault(check.target, []).append(check)
    found = [
        _row(context, picture, inventory, one, by_target.get(one.target, ()))
        for one in inventory.measures
        if one.template in templates()
    ]
    return sorted(found, key=_order)


def _row(
    context: Context,
    picture: Picture,
    inventory: Inventory,
    measure: Measure,
    known: Sequence[Check],
) -> MeasureRow:
    mine = tuple(newest(context, one) for one in known if made_by(measure, one))
    looked = [one.looked_at for one in mine if one.looked_at is not None]
    failed = any(one.failure for one in mine)
    return MeasureRow(
        measure,
        templates()[measure.template],
        picture.targets.get(measure.target),
        mine,
        Status.UNKNOWN if not looked else Status.DEGRADED if failed else Status.UP,
        max(looked, default=None),
        _telling([value for one in mine for value in _values(context, one)], _judged(inventory)),
    )


def _order(row: MeasureRow) -> tuple[object, ...]:
    name = row.target.name if row.target is not None else row.measure.target
    return vietnamese_order(name), vietnamese_order(row.measure.slug)


def _judged(inventory: Inventory) -> frozenset[str]:
    """Return the metrics that a rule sets a bound to."""
    return frozenset(rule.metric for rule in inventory.rules if rule.enabled)


def _values(context: Context, check: CheckOut) -> list[Value]:
    """Return what a check measured last, as its collector orders it; of one metric the first.

    Of what ends it is the one that ends first.
    """
    collector = (context.collectors or {}).get(check.collector)
    measured: dict[str, float] = {}
    for one in check.samples:
        if isfinite(one.value):
            before = measured.setdefault(one.name, one.value)
            measured[one.name] = min(before, one.value) if runs_out(one.name) else before
    emits = collector.emits if collector is not None else ()
    return [Value(one, measured[one.name]) for one in emits if one.name in measured]


def _telling(values: Sequence[Value], judged: frozenset[str]) -> Value | None:
    """Return the value that says most: what a rule judges, else what ends first, else the first."""

    def order(value: Value) -> tuple[bool, bool, float, bool]:
        name = value.emit.name
        ends = runs_out(name)
        return name not in judged, not ends, value.value if ends else 0.0, name in _BESIDE

    return min(values, key=order, default=None)


async def put(
    request: Request,
    context: Context,
    asker: Asker,
    row: Measure,
    make: Callable[..., Plan],
    *,
    secret: str | None = None,
) -> None:
    """Write a row by a plan (`measuring.added` or `changed`), and its credential if one is given.

    The credential is kept only once the row is known to fit.
    """
    book, now = context.ledger.inventory, context.clock.now()
    version, current = await book.version(), await book.load()
    today = now.astimezone(LOCAL).date()
    plan = await asyncio.to_thread(make, current, row, today, context.collectors)
    if secret and row.secret:
        await context.ledger.secrets.set_secret(row.secret, secret, asker.name, now)
    origin = client_address(request, context.settings.proxies)
    if not plan.empty:
        await book.apply(plan.changes, asker.name, now, based_on=version, origin=origin)


async def end(request: Request, context: Context, asker: Asker, slug: str) -> None:
    """End a row today; NotFound."""
    book, now = context.ledger.inventory, context.clock.now()
    version, current = await book.version(), await book.load()
    plan = measuring.ended(current, slug, now.astimezone(LOCAL).date())
    origin = client_address(request, context.settings.proxies)
    await book.apply(plan.changes, asker.name, now, based_on=version, origin=origin)


async def tried(
    context: Context, picture: Picture, row: Measure, secret: str | None = None
) -> list[Glimpse]:
    """Look once by each check that a row would make, and keep nothing; Invalid if it cannot be."""
    if context.glance is None:
        raise Refused(503, _NO_GLANCE)
    target = picture.targets.get(row.target)
    if target is None:
        raise Invalid([Problem(FILE, *_NOT_WATCHED, key="target")])
    if secret and row.secret is None:
        row = row.model_copy(update={"secret": "typed"})
    measuring.check(row, context.collectors)
    reach = next((c for c in picture.estate.checks if c.target == row.target and c.reach), None)
    vantage = reach.vantage if reach is not None else "center"
    host = row.address or target.address or (reach.address if reach is not None else "")
    if not host:
        raise Invalid([Problem(FILE, *_NO_ADDRESS, key="address")])
    labels = (("instance", row.target), ("job", "look"))
    return [await context.glance(check, secret) for check in checks(row, host, vantage, labels)]


_NO_GLANCE = Text("Máy này không tự đo được", "This machine does not look by itself")
_NOT_WATCHED = (
    Text("không có dịch vụ hoặc thiết bị này", "there is no such service or device"),
    Text(
        "Chọn trong danh sách; nếu vừa khai báo, đợi vài giây rồi thử lại",
        "Choose one of the list; one that was just declared is there within seconds",
    ),
)
_NO_ADDRESS = (
    Text("chưa biết hỏi địa chỉ nào", "it is not known which address to ask"),
    Text("Ghi địa chỉ hoặc tên máy", "Write an address or a host name"),
)
