"""What does the ledger hold? The same files that an import reads."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli._config import Config

if TYPE_CHECKING:
    from core.errors import Conflict
    from core.inventory import Inventory
    from storage.ledger import Ledger

app = typer.Typer(add_completion=False)


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write into.")],
    config: Config = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace files that differ.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write the whole inventory, history included, as CSV files."""
    from inventory import csvfiles
    from inventory.tables import TABLES, rows
    from runtime.cli._inventory import Speaker
    from runtime.cli._ledger import with_ledger

    speaker = Speaker(as_json=as_json)
    inventory = with_ledger(config, speaker, _load)
    differing = csvfiles.differing(inventory, folder)
    if differing and not force:
        speaker.refuse(_would_replace(differing))
    written = csvfiles.write(inventory, folder)
    counts = {table.name: len(rows(inventory, table.name)) for table in TABLES}
    speaker.object({"ok": True, "files": [str(path) for path in written], "rows": counts})
    total = sum(counts.values())
    speaker.say(
        f"Đã ghi {total} dòng vào {len(written)} tệp trong {folder}.",
        f"Wrote {total} rows into {len(written)} files in {folder}.",
    )


async def _load(ledger: "Ledger") -> "Inventory":
    return await ledger.inventory.load()


def _would_replace(paths: list[Path]) -> "Conflict":
    from core.errors import Conflict
    from core.text import Text

    names = ", ".join(str(path) for path in paths)
    return Conflict(
        Text(
            vi=f"Tệp đã có và khác với sổ cái: {names}. Thêm --force để ghi đè",
            en=f"There are files that differ from the ledger: {names}. Add --force to replace them",
        )
    )
