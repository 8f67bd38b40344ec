"""What are the thresholds, and how often would one have fired? Tried before it wakes anybody."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli._config import Config

if TYPE_CHECKING:
    from collections.abc import Callable

    from alerts.rules import Firing, Tried
    from core.inventory import Inventory, Rule
    from core.text import Text
    from runtime.cli._inventory import Speaker
    from storage.ledger import Ledger

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="List the rules (thresholds), and try one over the history.",
)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_TIMES = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%d/%m/%Y"]
_MONTH = timedelta(days=30)
_MOST = 50  # firings shown to people; --json has all


@app.command("list")
def list_(config: Config = None, *, as_json: Json = False) -> None:
    """Print every rule, where it fires now, and how often it did in the last 30 days."""
    from alerts.quantities import bound
    from core.clock import LOCAL, SystemClock
    from core.text import Text
    from runtime.cli._inventory import Speaker
    from runtime.cli._ledger import with_ledger

    speaker = Speaker(as_json=as_json)
    now = SystemClock().now()

    async def work(ledger: "Ledger") -> "list[tuple[Rule, list[str], int]]":
        rows = (await ledger.inventory.load(on=now.astimezone(LOCAL).date())).rules
        firing = await ledger.incidents.firing()
        fired = await ledger.incidents.fired(now - _MONTH)
        return [
            (row, [i.root for i in firing if i.cause == row.slug], fired.get(row.slug, 0))
            for row in rows
        ]

    found = with_ledger(config, speaker, work)
    if not found:
        speaker.say(
            "Chưa có ngưỡng nào; khai báo trong rules.csv.",
            "No rules yet; write them in rules.csv.",
        )
    if not found and not as_json:
        return
    speaker.table(
        (
            Text(vi="mã", en="rule"),
            Text(vi="tên", en="name"),
            Text(vi="chuỗi", en="metric"),
            Text(vi="ngưỡng", en="bound"),
            Text(vi="phút", en="minutes"),
            Text(vi="mức", en="severity"),
            Text(vi="nguồn", en="source"),
            Text(vi="hiệu lực", en="enabled"),
            Text(vi="đang báo", en="firing"),
            Text(vi="30 ngày", en="30 days"),
        ),
        [
            {
                "rule": row.slug,
                "name": (row.name_en or row.name) if speaker.language == "en" else row.name,
                "metric": row.metric,
                "bound": bound(row, "en" if as_json else speaker.language),
                "duration": row.duration,
                "severity": row.severity,
                "source": row.source if as_json else source_in_words(row).said(speaker.language),
                "enabled": row.enabled,
                "firing": firing if as_json else ", ".join(firing),
                "fired_30_days": fired,
            }
            for row, firing, fired in found
        ],
    )


@app.command("try")
def try_(
    rule: Annotated[str, typer.Argument(help="The rule's slug.")],
    config: Config = None,
    *,
    since: Annotated[
        datetime | None,
        typer.Option("--since", formats=_TIMES, help="Local time; 30 days ago if absent."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option("--until", formats=_TIMES, help="Local time; now if absent."),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file", "-f", help="Take it from a list (csv, xlsx, yaml) not yet imported."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Print how often, when and for how long a rule would have fired. Nothing is changed."""
    from core.clock import LOCAL, SystemClock
    from core.errors import DomainError, Invalid
    from core.text import Text
    from runtime.cli._inventory import Speaker, pieces
    from runtime.cli._ledger import settings_of, with_ledger
    from storage.checking import odd_years

    speaker = Speaker(as_json=as_json)
    if odd := odd_years("rules", since=since, until=until):
        speaker.refuse(Invalid(odd))
    now = SystemClock().now()
    end = min(until.replace(tzinfo=LOCAL), now) if until is not None else now
    begin = since.replace(tzinfo=LOCAL) if since is not None else end - _MONTH
    if begin >= end:
        speaker.refuse(
            DomainError(Text(vi="--since phải trước --until", en="--since comes before --until"))
        )
    headers = settings_of(config, speaker).series.headers.values()

    async def work(ledger: "Ledger") -> "Tried":
        inventory = await ledger.inventory.load()
        if file is not None:
            inventory = _with_list(inventory, file, now, speaker)
        task = Text(vi=f"Chạy thử {rule}", en=f"Trying {rule}")
        with pieces(speaker, task) as show:
            return await _tried(rule, inventory, (begin, end), ledger, config, speaker, show)

    secrets = any(value.startswith("secret:") for value in headers)
    _tell(with_ledger(config, speaker, work, needs_key=secrets), speaker)


def source_in_words(rule: "Rule") -> "Text":
    """Return whose number it is: a proposal of ours must not pass for law."""
    from inventory.vocabulary import SOURCES

    return SOURCES[rule.source]


async def _tried(  # noqa: PLR0917
    slug: str,
    inventory: "Inventory",
    span: tuple[datetime, datetime],
    ledger: "Ledger",
    config: Path | None,
    speaker: "Speaker",
    show: "Callable[[int, int], None] | None",
) -> "Tried":
    from alerts.topology import Topology
    from core.clock import LOCAL
    from core.errors import NotFound
    from core.text import Text
    from inventory.compiled import compile_estate
    from runtime import registries
    from runtime.assembly import looking_defaults
    from runtime.cli._ledger import settings_of
    from runtime.rule_trial import tried
    from runtime.series import reading_side

    settings = settings_of(config, speaker)
    day = span[1].astimezone(LOCAL).date()
    topology = Topology(compile_estate(inventory, day, looking_defaults(settings.looking)))
    wanted = topology.rules.get(slug)
    if wanted is None:
        raise NotFound(Text(vi=f"Không có ngưỡng {slug}", en=f"There is no rule {slug}"))
    keyring = await ledger.secrets.keyring()
    reader = reading_side(settings.series, keyring.reveal)
    try:
        return await tried(
            wanted,
            *span,
            topology=topology,
            collectors=registries.collectors(),
            reader=reader,
            statuses=ledger.status,
            progress=show,
        )
    finally:
        await reader.aclose()


def _with_list(current: "Inventory", file: Path, now: datetime, speaker: "Speaker") -> "Inventory":
    """Return the inventory as it would be after an import of a list."""
    from core.clock import LOCAL
    from core.errors import DomainError
    from core.text import Text
    from inventory import lists

    try:
        content = file.read_bytes()
    except OSError as trouble:
        speaker.refuse(
            DomainError(Text(vi=f"Không đọc được {file}", en=f"Cannot read {file}: {trouble}"))
        )
    found = lists.propose(file.name, content, current, now.astimezone(LOCAL).date())
    if found.problems:
        speaker.problems(found.problems)
    return found.proposal.plan.result


def _tell(found: "Tried", speaker: "Speaker") -> None:
    from alerts.quantities import bound
    from alerts.wording import moment
    from core.quantity import lasted
    from core.text import Text

    rule, count = found.rule, len(found.firings)
    if speaker.as_json:
        speaker.object(
            {
                "rule": rule.slug,
                "since": found.begin.isoformat(),
                "until": found.end.isoformat(),
                "series": found.series,
                "count": count,
                "targets": found.targets,
                "hidden": len(found.hidden),
                "firings": [_object(one) for one in found.firings],
            }
        )
        return
    language = speaker.language
    speaker.say(
        f"{rule.name} ({rule.slug}): {bound(rule, 'vi')}, kéo dài {rule.duration} phút.",
        f"{rule.name_en or rule.name} ({rule.slug}): {bound(rule)} for {rule.duration} min.",
    )
    hidden = len(found.hidden)
    more_vi = f"; {hidden} lần nữa lúc đang mất kết nối thì không báo" if hidden else ""
    more_en = f"; {hidden} more during outages, not told" if hidden else ""
    speaker.say(
        f"Từ {moment(found.begin, 'vi')} đến {moment(found.end, 'vi')}, {found.series} chuỗi: sẽ "
        f"báo {count} lần, ở {found.targets} đối tượng{more_vi}.",
        f"From {moment(found.begin, 'en')} to {moment(found.end, 'en')}, {found.series} series: it "
        f"would have fired {count} times, for {found.targets} targets{more_en}.",
    )
    if not count:
        return
    speaker.table(
        (
            Text(vi="báo lúc", en="fired at"),
            Text(vi="đối tượng", en="target"),
            Text(vi="kéo dài", en="lasted"),
            Text(vi="chuỗi", en="series"),
        ),
        [
            {
                "fired_at": moment(one.fired_at, language),
                "target": one.target,
                "lasted": lasted(one.begin, one.end or found.end, language)
                + ("" if one.end is not None else "…"),
                "series": one.series,
            }
            for one in found.firings[:_MOST]
        ],
    )
    if count > _MOST:
        speaker.say(f"… và {count - _MOST} lần nữa.", f"… and {count - _MOST} more.")


def _object(one: "Firing") -> dict[str, object]:
    end = one.end.isoformat() if one.end is not None else None
    return {
        "target": one.target,
        "series": one.series,
        "began_at": one.begin.isoformat(),
        "fired_at": one.fired_at.isoformat(),
        "ended_at": end,
        "seconds": round((one.end - one.begin).total_seconds()) if one.end is not None else None,
    }
