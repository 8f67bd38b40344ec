"""Templates in use, from a terminal: list, add, change and end rows of `measures`."""

from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli._config import Config

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime

    from core.collector import Collector
    from core.inventory import Inventory, Measure
    from inventory.plan import Plan
    from runtime.cli._ledger import Voice
    from storage.ledger import Ledger

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Slug = Annotated[str, typer.Argument(help="The measure; `used` shows them.")]
Param = Annotated[
    list[str] | None,
    typer.Option("--param", "-p", help="field=value, repeatable; an empty value takes it away."),
]
Address = Annotated[str | None, typer.Option("--address", help="Ask there, not at the target.")]
Credential = Annotated[
    str | None, typer.Option("--secret", help="The name of its credential; see secret set.")
]
Interval = Annotated[int | None, typer.Option("--interval", help="Seconds between two looks.")]


def used(config: Config = None, *, as_json: Json = False) -> None:
    """Print the templates in use: what is measured, by which, with which parameters."""
    from core.text import Text
    from inventory.templating import given
    from runtime.cli._ledger import Voice, with_ledger

    voice = Voice(as_json=as_json)
    _, today = now()
    rows = with_ledger(config, voice, lambda ledger: ledger.inventory.load(today)).measures
    voice.table(
        (
            Text(vi="phép đo", en="measure"),
            Text(vi="đối tượng", en="target"),
            Text(vi="mẫu", en="template"),
            Text(vi="tham số", en="parameters"),
            Text(vi="địa chỉ", en="address"),
            Text(vi="mật khẩu", en="credential"),
            Text(vi="chu kỳ (s)", en="interval (s)"),
        ),
        [
            {
                "slug": row.slug,
                "target": row.target,
                "template": row.template,
                "params": given(row.params) or {} if as_json else row.params,
                "address": row.address,
                "secret": row.secret,
                "interval": row.interval,
            }
            for row in rows
        ],
    )


def add(  # noqa: PLR0917  (options of a command)
    template: Annotated[str, typer.Argument(help="The template; `list` shows them.")],
    target: Annotated[str, typer.Option("--target", help="A service or a device.")],
    param: Param = None,
    slug: Annotated[str | None, typer.Option("--slug", help="Else made of both names.")] = None,
    address: Address = None,
    secret: Credential = None,
    interval: Interval = None,
    config: Config = None,
    *,
    as_json: Json = False,
) -> None:
    """Fill a template in for a service or a device."""
    from inventory import measuring
    from runtime.cli._ledger import Voice

    voice = Voice(as_json=as_json)
    values = _values(param, voice)

    def plan(current: "Inventory", on: "date") -> "tuple[str, Plan]":
        name = slug or measuring.proposed_slug(current, target, template)
        fields: dict[str, object] = {
            "slug": name,
            "target": target,
            "template": template,
            "address": address,
            "secret": secret,
            "interval": interval,
        }
        return name, measuring.added(current, _row(fields, values), on, _collectors())

    _written(config, voice, plan, ("Đã thêm phép đo {}", "Measure {} is added"))


def set_(  # noqa: PLR0917  (options of a command)
    slug: Slug,
    target: Annotated[str | None, typer.Option("--target", help="Another target.")] = None,
    param: Param = None,
    address: Address = None,
    secret: Credential = None,
    interval: Interval = None,
    config: Config = None,
    *,
    as_json: Json = False,
) -> None:
    """Change a measure; what is not named stays."""
    from inventory import measuring
    from inventory.templating import given
    from runtime.cli._ledger import Voice

    voice = Voice(as_json=as_json)
    values = _values(param, voice)

    def plan(current: "Inventory", on: "date") -> "tuple[str, Plan]":
        before = measuring.in_use(current, slug, on)
        said = {"target": target, "address": address, "secret": secret, "interval": interval}
        kept = before.model_dump(exclude={"params", "valid_from", "valid_to"})
        fields = kept | {key: value for key, value in said.items() if value is not None}
        row = _row(fields, {**(given(before.params) or {}), **values})
        return slug, measuring.changed(current, row, on, _collectors())

    _written(config, voice, plan, ("Đã sửa phép đo {}", "Measure {} is changed"))


def end(slug: Slug, config: Config = None, *, as_json: Json = False) -> None:
    """End a measure today."""
    from inventory import measuring
    from runtime.cli._ledger import Voice

    def plan(current: "Inventory", on: "date") -> "tuple[str, Plan]":
        return slug, measuring.ended(current, slug, on)

    voice = Voice(as_json=as_json)
    _written(config, voice, plan, ("Thôi đo {} từ hôm nay", "Measure {} ends today"))


def _values(params: list[str] | None, voice: "Voice") -> dict[str, str]:
    from core.errors import DomainError
    from core.text import Text

    pairs = [param.partition("=") for param in params or ()]
    for key, equals, _ in pairs:
        if not (key and equals):
            voice.refuse(
                DomainError(Text(f'"{key}" không có dạng tên=giá trị', f'"{key}" is not key=value'))
            )
    return {key: value for key, _, value in pairs}


def _row(fields: "dict[str, object]", values: "dict[str, str]") -> "Measure":
    from core.inventory import Measure
    from inventory.templating import written
    from storage.checking import made

    return made(Measure, "measures.csv", **fields, params=written(values))


def _collectors() -> "Mapping[str, Collector]":
    from runtime.registries import collectors

    return collectors()


def now() -> "tuple[datetime, date]":
    """Return the present instant and its local day."""
    from core.clock import LOCAL, SystemClock

    at = SystemClock().now()
    return at, at.astimezone(LOCAL).date()


def _written(
    config: Config,
    voice: "Voice",
    plan: "Callable[[Inventory, date], tuple[str, Plan]]",
    said: tuple[str, str],
) -> None:
    from core.text import Text
    from runtime.cli._ledger import actor, with_ledger

    async def work(ledger: "Ledger") -> str:
        book, (at, today) = ledger.inventory, now()
        version, current = await book.version(), await book.load()
        slug, found = plan(current, today)
        if not found.empty:
            await book.apply(found.changes, actor(), at, based_on=version)
        return slug

    slug = with_ledger(config, voice, work)
    voice.done(Text(said[0].format(slug), said[1].format(slug)), slug=slug)
