"""Which templates are there for the systems of a province, and what would one see?"""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli import _measures
from runtime.cli._config import Config

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.collector import Secrets
    from core.watching import Check
    from inventory.templating import Template
    from runtime.cli._ledger import Voice

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Templates that services and devices are looked at by: list, show, try, use.",
)
app.command("used")(_measures.used)
app.command("add")(_measures.add)
app.command("set")(_measures.set_)
app.command("end")(_measures.end)
FAILED = 1  # exit code: a look brought a failure
_UNCONFIRMED_VI = "Chưa thử trên hệ thống thật: hãy thử bằng thongsuot measure try trước."
_UNCONFIRMED_EN = "Unconfirmed on a real system: try it first by thongsuot measure try."


@app.callback()
def group() -> None:
    """Templates that services and devices are looked at by: list, show, try, use."""


@app.command("list")
def list_(
    row: Annotated[
        str | None, typer.Option("--row", help="Only those for this row of the checklist: D2.")
    ] = None,
    config: Config = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the templates: what each is for and looks with; by settings, how many rows use it."""
    from core.text import Text
    from inventory.templating import templates
    from runtime.cli._ledger import Voice

    voice = Voice(as_json=as_json)
    used = _used(config, voice)
    shown = [one for one in templates().values() if row is None or row.upper() in one.rows]
    voice.table(
        (
            Text(vi="mẫu", en="template"),
            Text(vi="dùng cho", en="for"),
            Text(vi="mục", en="rows"),
            Text(vi="đo bằng", en="looks with"),
            *((Text(vi="đang dùng", en="in use"),) if used is not None else ()),
        ),
        [
            {
                "name": one.name,
                "title": one.title.said(voice.language),
                "rows": " ".join(one.rows),
                "collectors": " ".join(dict.fromkeys(look.collector for look in one.checks)),
                **({"used": len(used.get(one.name, ()))} if used is not None else {}),
            }
            for one in shown
        ],
    )


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="The template; `list` shows them.")],
    config: Config = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print what a template wants to know, with an example, and how a row of it is written."""
    from core.text import Text
    from runtime.cli._ledger import Voice

    voice = Voice(as_json=as_json)
    template = _template(name, voice)
    if not as_json:
        english = voice.language == "en"
        typer.echo(f"{template.title.said(voice.language)} ({' '.join(template.rows)})")
        typer.echo(template.help_en if english else template.help_vi)
        secret = template.secret_en if english else template.secret_vi
        if secret:
            typer.echo(f"secret: {secret}")
        if template.unconfirmed:
            typer.echo(_UNCONFIRMED_EN if english else _UNCONFIRMED_VI)
        if rows := (_used(config, voice) or {}).get(name):
            typer.echo(f"{'in use' if english else 'đang dùng'}: {', '.join(rows)}")
        params = "; ".join(f"{key}={entry.example}" for key, entry in template.fields.items())
        typer.echo(f'measures.csv: slug,target,template,params\n  …,…,{name},"{params}"')
    voice.table(
        (
            Text(vi="tham số", en="parameter"),
            Text(vi="là gì", en="what it is"),
            Text(vi="ví dụ", en="example"),
            Text(vi="bắt buộc", en="required"),
        ),
        [
            {
                "name": key,
                "help": entry.en if voice.language == "en" else entry.vi,
                "example": entry.example,
                "required": entry.required,
            }
            for key, entry in template.fields.items()
        ],
    )


@app.command("try")
def try_(
    name: Annotated[str, typer.Argument(help="The template; `list` shows them.")],
    *,
    address: Annotated[str, typer.Option("--address", help="The host of the service or device.")],
    params: Annotated[str, typer.Option("--params", "-p", help="field=value; field=value")] = "",
    secret: Annotated[
        Path | None,
        typer.Option("--secret", help="A file with the credential.", dir_okay=False),
    ] = None,
    kept: Annotated[
        str | None,
        typer.Option("--named", help="The name of a credential of the platform, in place of it."),
    ] = None,
    config: Config = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON line per check.")] = False,
) -> None:
    """Run the checks of a template once, as a row of the inventory would; print what is seen."""
    from core.errors import DomainError, Invalid, Problem
    from core.inventory import Measure
    from inventory.templating import checks, fault_of
    from runtime.cli import look
    from runtime.cli._ledger import Voice

    voice = Voice(as_json=as_json)
    _template(name, voice)
    measure = Measure(
        slug="try",
        target="try",
        template=name,
        params=params or None,
        secret="try" if secret else kept,
    )
    found = fault_of(measure)
    if found is not None:
        column, fault = found
        problem = Problem(name, fault.what, fault.mend, key=column)
        voice.refuse(Invalid([problem]))
    made = list(checks(measure, address, "center", (("instance", address), ("job", "look"))))
    try:
        keyring = look.login(secret) if secret or not kept else _keyring(config, voice)
        failed = asyncio.run(_looked(made, keyring, voice, as_json=as_json))
    except DomainError as wrong:
        voice.refuse(wrong)
    raise typer.Exit(FAILED if failed else 0)


def _keyring(config: Config, voice: "Voice") -> "Secrets":
    """Return the credentials that the platform keeps."""
    from runtime.cli._ledger import with_ledger

    return with_ledger(config, voice, lambda ledger: ledger.secrets.keyring(), needs_key=True)


def _used(config: Config, voice: "Voice") -> "Mapping[str, Sequence[str]] | None":
    """Return the measures of each template; None where no settings are named."""
    from runtime.cli._ledger import with_ledger

    if config is None:
        return None
    found: dict[str, list[str]] = {}
    today = _measures.now()[1]
    for row in with_ledger(config, voice, lambda ledger: ledger.inventory.load(today)).measures:
        found.setdefault(row.template, []).append(row.slug)
    return found


def _template(name: str, voice: "Voice") -> "Template":
    from core.errors import NotFound
    from inventory import faults
    from inventory.templating import templates

    known = templates()
    if name not in known:
        voice.refuse(NotFound(faults.no_template(name, tuple(known)).what))
    return known[name]


async def _looked(
    made: "Sequence[Check]", secrets: "Secrets | None", voice: "Voice", *, as_json: bool
) -> bool:
    """Run checks one after the other and print each; say whether any brought a failure."""
    from core.clock import SystemClock
    from runtime import registries
    from runtime.cli import look
    from runtime.kit import make_kit
    from runtime.scheduler import look_once

    collectors, failed = registries.collectors(), False
    kit = make_kit(SystemClock(), secrets=secrets)
    try:
        for check in made:
            look.validated(check, collectors[check.collector])
        for check in made:
            run, reading = await look_once(collectors[check.collector], check, kit)
            typer.echo(
                look.line(run, reading) if as_json else look.page(run, reading, voice.language)
            )
            failed |= not reading.ok
    finally:
        await kit.aclose()
    return failed
