"""A workbook to fill in: a sheet per table, explained, with drop-downs and a list of units."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli._config import Config

if TYPE_CHECKING:
    from core.inventory import Inventory
    from storage.ledger import Ledger

app = typer.Typer(add_completion=False)


@app.command()
def template(
    config: Config = None,
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The workbook to write.")
    ] = Path("danh-muc.xlsx"),
    force: Annotated[bool, typer.Option("--force", help="Replace a file.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write an empty workbook to fill in and import."""
    from core.inventory import Inventory
    from core.text import Text
    from inventory import blankbook
    from inventory.template import EXAMPLES
    from runtime.cli._inventory import Speaker
    from runtime.cli._ledger import with_ledger
    from runtime.cli.export import refuse_to_replace

    speaker = Speaker(as_json=as_json)
    known = with_ledger(config, speaker, _load)
    content = blankbook.workbook(
        Inventory(), language=speaker.language, examples=EXAMPLES, lookup=known.units
    )
    refuse_to_replace(output, content, speaker, force=force)
    output.write_bytes(content)
    done = Text(
        vi=f"Đã ghi {output}. Điền rồi chạy: thongsuot import {output} --dry-run",
        en=f"Wrote {output}. Fill it in, then run: thongsuot import {output} --dry-run",
    )
    speaker.done(done, file=str(output))


async def _load(ledger: "Ledger") -> "Inventory":
    from core.clock import LOCAL, SystemClock

    return await ledger.inventory.load(SystemClock().now().astimezone(LOCAL).date())
