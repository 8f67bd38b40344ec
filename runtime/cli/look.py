"""What does one collector see, now?"""

import asyncio
import dataclasses
import json
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticUndefined

from api import transcript_words, words
from core import quantity
from core.clock import LOCAL, SystemClock
from core.collector import Collector, Kit
from core.errors import DomainError, Invalid, NotFound
from core.reading import Reading, is_stale
from core.text import Language, Text
from core.watching import Check, Estate
from runtime import registries
from runtime.cli._config import Config
from runtime.kit import make_kit
from runtime.language import of
from runtime.recording import Recorder
from runtime.scheduler import look_once
from runtime.settings_faults import instead
from runtime.settings_faults import said as wrong
from runtime.transcripts import Run

app = typer.Typer(add_completion=False)
_EXAMPLES = {
    "url": "http://{address}/",
    "port": "443",
    "name": "chinhphu.vn",
    "steps": '\'[{"url": "http://{address}/", "keyword": "văn bản"}]\'',
    "zone": "tinh.gov.vn",
    "sender": "robot@tinh.gov.vn",
    "recipient": "robot@tinh.gov.vn",
}
_BETWEEN = 10.0  # seconds between two looks that are recorded: counters are to move
_KEPT = Text(
    vi="Đã ghi vào {file}. Mật khẩu đã xoá; tên và địa chỉ còn: đọc lại trước khi gửi đi",
    en="Kept in {file}. Passwords are struck out; names and addresses are not: read it first",
)
_SILENT = Text(
    vi="Không có gì để ghi: thiết bị không trả lời, hoặc {collector} không giữ lại câu trả lời",
    en="Nothing to keep: the device has said nothing, or {collector} keeps no answers",
)
FAILED = 1  # exit code: the look brought a failure
WRONG = 2  # exit code: it was asked for wrongly


class Misasked(DomainError):
    """The command line does not say what to look at."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asks for."""

    collector: str
    target: str | None
    address: str | None
    params: Mapping[str, str]
    timeout: float | None  # seconds; None: the check's, or the collector's
    config: Path | None
    secret: Path | None = None
    record: Path | None = None


@app.command()
def look(
    asked: Annotated[list[str], typer.Argument(metavar="[TARGET] COLLECTOR")],
    *,
    address: Annotated[
        str | None, typer.Option(help="Look at this address; needs no settings.")
    ] = None,
    param: Annotated[
        list[str] | None, typer.Option("--param", "-p", help="key=value, repeatable.")
    ] = None,
    timeout: Annotated[float | None, typer.Option(min=0.1, help="Seconds per run.")] = None,
    count: Annotated[int, typer.Option(min=1, help="Number of runs.")] = 1,
    config: Config = None,
    secret: Annotated[
        Path | None,
        typer.Option(help="With --address: a file with the login, user:password.", dir_okay=False),
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option(help="Keep what was said in this new folder, without secrets."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON line per run.")] = False,
) -> None:
    """Run one collector and print its transcript and samples."""
    language = of(os.environ)
    try:
        wish = _wish(asked, address, param or [], timeout, config)
        wish = replace(wish, secret=secret, record=record)
        failed = asyncio.run(_run(wish, count, language, as_json=as_json))
    except DomainError as wrong:
        problems = wrong.problems if isinstance(wrong, Invalid) else ()
        for problem in problems:
            typer.echo(problem.said(language), err=True)
        if not problems:
            typer.echo(wrong.text.said(language), err=True)
        raise typer.Exit(WRONG) from wrong
    raise typer.Exit(FAILED if failed else 0)


def _wish(
    asked: Sequence[str],
    address: str | None,
    params: Sequence[str],
    timeout: float | None,
    config: Path | None,
) -> Wish:
    expected = 1 if address else 2
    if len(asked) != expected:
        raise Misasked(
            Text(
                vi="Cần: look ĐÍCH BỘ-ĐO, hoặc look --address ĐỊA-CHỈ BỘ-ĐO",
                en="Wanted: look TARGET COLLECTOR, or look --address ADDRESS COLLECTOR",
            )
        )
    pairs = [param.partition("=") for param in params]
    for key, equals, _ in pairs:
        if not (key and equals):
            raise Misasked(
                Text(vi=f'"{key}" không có dạng khoá=giá-trị', en=f'"{key}" is not key=value')
            )
    target = None if address else asked[0]
    values = {key: value for key, _, value in pairs}
    return Wish(asked[-1], target, address, values, timeout, config)


async def _run(wish: Wish, count: int, language: Language, *, as_json: bool) -> bool:
    """Look `count` times, print each; say whether any brought a failure."""
    at_target = _of_target(wish) if wish.target else _of_address(wish, _collector(wish.collector))
    failed = False
    async with at_target as (check, kit):
        collector = _collector(check.collector)
        validated(check, collector)
        recorder = Recorder.of(check, kit.secrets)
        kit.record = recorder.take if wish.record else None
        for number in range(count):
            if wish.record and number:
                await asyncio.sleep(_BETWEEN)
            run, reading = await look_once(collector, check, kit)
            recorder.settle(reading)
            typer.echo(line(run, reading) if as_json else page(run, reading, language))
            failed |= not reading.ok
        if wish.record:
            failed |= not _kept(recorder, wish.record, check, language)
    return failed


def _kept(recorder: Recorder, folder: Path, check: Check, language: Language) -> bool:
    """Write what was recorded, and say where; False if nothing was said."""
    if not recorder.heard:
        typer.echo(_SILENT.said(language).format(collector=check.collector), err=True)
        return False
    file = recorder.write(folder, check)
    typer.echo(_KEPT.said(language).format(file=file), err=True)
    return True


def _collector(name: str) -> Collector:
    known = registries.collectors()
    if name not in known:
        names = ", ".join(sorted(known))
        raise NotFound(
            Text(
                vi=f'Không có bộ đo "{name}"; có: {names}',
                en=f'There is no collector "{name}"; there are: {names}',
            )
        )
    return known[name]


def validated(check: Check, collector: Collector) -> None:
    """Misasked says which parameter of a check is wrong, and how to mend it."""
    try:
        collector.params.model_validate(dict(check.params))
    except ValidationError as error:
        faults = error.errors(include_url=False)
        said = [_fault(fault, collector) for fault in faults]
        keys = [str(fault["loc"][0]) for fault in faults if fault["loc"]]
        said.append(_usage(check, collector, keys))
        raise Misasked(
            Text(vi="\n".join(one.vi for one in said), en="\n".join(one.en for one in said))
        ) from error


def _fault(fault: ErrorDetails, collector: Collector) -> Text:
    key = ".".join(str(part) for part in fault["loc"])
    names = collector.params.model_fields
    if fault["type"] == "extra_forbidden":
        meant = instead(key, names)
        return Text(
            vi=f'{collector.name} không có tham số "{key}". {meant.vi}',
            en=f'{collector.name} has no parameter "{key}". {meant.en}',
        )
    if fault["type"] == "missing":
        field = names.get(key)  # None: it stands inside a parameter, like steps.0.url
        help_ = (field.description if field else None) or ""
        extra = field.json_schema_extra if field else None
        help_vi = extra.get("vi", help_) if isinstance(extra, dict) else help_
        return Text(
            vi=f'{collector.name} cần tham số "{key}": {help_vi}'.removesuffix(": "),
            en=f'{collector.name} needs the parameter "{key}": {help_}'.removesuffix(": "),
        )
    message = fault["msg"].removeprefix("Value error, ")
    what, mend = wrong(fault["type"], fault.get("ctx", {}), message)
    return Text(
        vi=f'Tham số "{key}" của {collector.name}: {what.vi}. {mend.vi}',
        en=f'Parameter "{key}" of {collector.name}: {what.en}. {mend.en}',
    )


def _usage(check: Check, collector: Collector, wrong_keys: Sequence[str]) -> Text:
    """Return which parameters there are, and the command as it could be."""
    fields = collector.params.model_fields
    shown = [key for key in fields if fields[key].is_required() or key in wrong_keys]
    pairs = {key: _EXAMPLES.get(key, _default(fields[key])) for key in shown}
    params = "".join(f" -p {key}={value}" for key, value in pairs.items())
    params = params.replace("{address}", check.address)
    asked = f"--address {check.address} {collector.name}{params}"
    names = ", ".join(fields)
    return Text(
        vi=f"Các tham số: {names}. Ví dụ: thongsuot look {asked}",
        en=f"Parameters: {names}. Example: thongsuot look {asked}",
    )


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    return "…" if value is PydanticUndefined else str(value)


class _Login:
    """The one login of a look at an address."""

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self, name: str) -> str | None:  # noqa: ARG002  (the Protocol's name)
        """Return it."""
        return self._text


def login(file: Path | None) -> _Login | None:
    """Read a login from its file: of a command line everybody sees the words."""
    try:
        return _Login(file.read_text(encoding="utf-8")) if file else None
    except (OSError, UnicodeDecodeError) as error:
        raise Misasked(
            Text(vi=f"Không đọc được {file}: {error}", en=f"{file} cannot be read: {error}")
        ) from error


@asynccontextmanager
async def _of_address(wish: Wish, collector: Collector) -> AsyncIterator[tuple[Check, Kit]]:
    address = wish.address or ""
    check = Check(
        slug=f"{address}/{collector.name}",
        target=address,
        collector=collector.name,
        address=address,
        params=dict(wish.params),
        timeout=wish.timeout or collector.timeout,
        labels=(("instance", address), ("job", "look")),
        secret=str(wish.secret) if wish.secret else None,
    )
    kit = make_kit(SystemClock(), secrets=login(wish.secret))
    try:
        yield check, kit
    finally:
        await kit.aclose()


@asynccontextmanager
async def _of_target(wish: Wish) -> AsyncIterator[tuple[Check, Kit]]:
    """Find the target's check in the compiled estate; the kit reveals the ledger's secrets."""
    async with _estate(wish.config) as (estate, kit):
        check = _check_of(wish, estate)
        changed = {
            "params": {**check.params, **wish.params},
            "timeout": wish.timeout or check.timeout,
        }
        yield check.model_copy(update=changed), kit


def _check_of(wish: Wish, estate: Estate) -> Check:
    checks = [check for check in estate.checks if check.target == wish.target]
    own = {check.collector: check for check in reversed(checks)}  # of several the first
    own |= {check.slug.partition("/")[2]: check for check in checks}
    if wish.collector in own:
        return own[wish.collector]
    if not any(target.slug == wish.target for target in estate.targets):
        raise NotFound(
            Text(vi=f'Không có đích "{wish.target}"', en=f'There is no target "{wish.target}"')
        )
    names = ", ".join(sorted(own))
    raise NotFound(
        Text(
            vi=f'"{wish.target}" không có kiểm tra {wish.collector}; có: {names or "không có gì"}',
            en=f'"{wish.target}" has no {wish.collector} check; it has: {names or "none"}',
        )
    )


@asynccontextmanager
async def _estate(config: Path | None) -> AsyncIterator[tuple[Estate, Kit]]:
    """Read what the platform watches, without starting it."""
    from runtime.assembly import looking_defaults
    from runtime.estate_feed import EstateFeed
    from runtime.kit import DirectSockets, DoorSockets
    from runtime.settings import chosen, load
    from storage.ledger import open_ledger
    from storage.vault import Vault

    file = chosen(config, os.environ, Path.cwd())
    settings, clock = load(file, os.environ), SystemClock()
    vault = Vault.open(settings.secrets.key_file)
    ledger = await open_ledger(settings.ledger.url, vault, clock)
    try:
        feed = EstateFeed(
            ledger.inventory, looking_defaults(settings.looking, settings.hearing), clock
        )
        await feed.refresh()
        door = settings.looking.sockets
        sockets = DoorSockets(door) if door else DirectSockets()
        kit = make_kit(clock, sockets, await ledger.secrets.keyring())
        try:
            yield feed.estate(), kit
        finally:
            await kit.aclose()
    finally:
        await ledger.aclose()


def line(run: Run, reading: Reading) -> str:
    failure = reading.failure
    return json.dumps(
        {
            "check": reading.check,
            "at": reading.at.isoformat(),
            "ok": reading.ok,
            "failure": dataclasses.asdict(failure) if failure else None,
            "duration_s": reading.duration,
            "loss": reading.loss,
            "transcript": run.lines,
            "samples": [
                {"name": s.name, "labels": dict(s.labels), "value": v}
                for s, v in reading.samples
                if not is_stale(v)
            ],
        },
        ensure_ascii=False,
    )


def page(run: Run, reading: Reading, language: Language) -> str:
    at = reading.at.astimezone(LOCAL).strftime("%H:%M:%S.%f")[:-3]
    if reading.failure is None:
        result = Text(vi="được", en="ok").said(language)
    else:
        kind, detail = reading.failure.kind, reading.failure.detail
        word = Text(vi="hỏng", en="failed").said(language)
        result = f"{word}: {words.FAILURE[kind].said(language)} ({kind.value}: {detail})"
    lines = [f"{at}  {reading.check}  {result}"]
    lines += [f"    {transcript_words.told(line, language)}" for line in run.lines]
    lines += [
        f"  {series} {value:.9g}{_with_unit(series.name, value, language)}"
        for series, value in reading.samples
        if not is_stale(value)
    ]
    return "\n".join(lines)


def _with_unit(name: str, value: float, language: Language) -> str:
    """Return a value once more as a person reads it, where its metric has a unit."""
    text = quantity.written(name, value, language)
    return "" if text == quantity.plain(value, language) else f" ({text})"
