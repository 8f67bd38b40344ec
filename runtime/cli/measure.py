"""Which templates are there for the systems of a province, and what would one see?"""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.watching import Check
    from inventory.templating import Template
    from runtime.cli._ledger import Voice

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="List, show and try the templates that services and devices are looked at by.",
)
FAILED = 1  # exit code: a look brought a failure
_UNCONFIRMED_VI = "Chưa thử trên hệ thống thật: hãy thử bằng thongsuot measure try trước."
_UNCONFIRMED_EN = "Unconfirmed on a real system: try it first by thongsuot measure try."


@app.callback()
def group() -> None:
    """List, show and try the templates that services and devices are looked at by."""


@app.command("list")
def list_(
    row: Annotated[
        str | None, typer.Option("--row", help="Only those for this row of the checklist: D2.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the templates: what each is for, and what it looks with."""
    from core.text import Text
    from inventory.templating import templates
    from runtime.cli._ledger import Voice

    voice = Voice(as_json=as_json)
    shown = [one for one in templates().values() if row is None or row.upper() in one.rows]
    voice.table(
        (
            Text(vi="mẫu", en="template"),
            Text(vi="dùng cho", en="for"),
            Text(vi="mục", en="rows"),
            Text(vi="đo bằng", en="looks with"),
        ),
        [
            {
                "name": one.name,
                "title": one.title.said(voice.language),
                "rows": " ".join(one.rows),
                "collectors": " ".join(dict.fromkeys(look.collector for look in one.checks)),
            }
            for one in shown
        ],
    )


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="The template; `list` shows them.")],
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
    address: Annotated[str, typer.Option("--address", help="The host of the service or device.")],
    params: Annotated[str, typer.Option("--params", "-p", help="field=value; field=value")] = "",
    secret: Annotated[
        Path | None,
        typer.Option("--secret", help="A file with the credential.", dir_okay=False),
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON line per check.")] = False,
) -> None:
    """Run the checks of a template once, as a row of the inventory would; print what is seen."""
    from core.errors import DomainError, Invalid, Problem
    from core.inventory import Measure
    from inventory.templating import checks, fault_of
    from runtime.cli._ledger import Voice

    voice = Voice(as_json=as_json)
    _template(name, voice)
    measure = Measure(
        slug="try",
        target="try",
        template=name,
        params=params or None,
        secret="try" if secret else None,
    )
    found = fault_of(measure)
    if found is not None:
        column, fault = found
        problem = Problem(name, fault.what, fault.mend, key=column)
        voice.refuse(Invalid([problem]))
    made = list(checks(measure, address, "center", (("instance", address), ("job", "look"))))
    try:
        failed = asyncio.run(_looked(made, secret, voice, as_json=as_json))
    except DomainError as wrong:
        voice.refuse(wrong)
    raise typer.Exit(FAILED if failed else 0)


def _template(name: str, voice: "Voice") -> "Template":
    from core.errors import NotFound
    from inventory import faults
    from inventory.templating import templates

    known = templates()
    if name not in known:
        voice.refuse(NotFound(faults.no_template(name, tuple(known)).what))
    return known[name]


async def _looked(
    made: "Sequence[Check]", secret: Path | None, voice: "Voice", *, as_json: bool
) -> bool:
    """Run checks one after the other and print each; say whether any brought a failure."""
    from core.clock import SystemClock
    from runtime import registries
    from runtime.cli import look
    from runtime.kit import make_kit
    from runtime.scheduler import look_once

    collectors, failed = registries.collectors(), False
    kit = make_kit(SystemClock(), secrets=look.login(secret))
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
