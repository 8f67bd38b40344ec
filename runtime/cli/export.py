"""What does the ledger hold? The same files that an import reads."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli._config import Config

if TYPE_CHECKING:
    from core.errors import Conflict
    from core.inventory import Inventory
    from runtime.cli._inventory import Speaker
    from storage.ledger import Ledger

app = typer.Typer(add_completion=False)


class Format(StrEnum):
    """In what the inventory is written."""

    CSV = "csv"
    XLSX = "xlsx"
    YAML = "yaml"


_ENDINGS = {".xlsx": Format.XLSX, ".yaml": Format.YAML, ".yml": Format.YAML}


@app.command()
def export(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="Folder to write CSV files into.")
    ] = None,
    config: Config = None,
    *,
    form: Annotated[
        Format | None,
        typer.Option(
            "--format",
            help="A folder of CSV files, a workbook, or YAML; by the name's ending if absent.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="The workbook or YAML file to write."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that differ.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write the whole inventory, history included."""
    from inventory.tables import TABLES, rows
    from runtime.cli._inventory import Speaker
    from runtime.cli._ledger import with_ledger

    speaker = Speaker(as_json=as_json)
    target = output or folder
    if target is None or (folder is not None and output is not None):
        speaker.refuse(_no_target())
    form = form or _ENDINGS.get(target.suffix.lower(), Format.CSV)
    if (form is Format.CSV) != (output is None):
        speaker.refuse(_no_target())
    inventory = with_ledger(config, speaker, _load)
    if form is Format.CSV:
        written = _folder(inventory, target, speaker, force=force)
    else:
        written = _file(inventory, target, form, speaker, force=force)
    counts = {table.name: len(rows(inventory, table.name)) for table in TABLES}
    speaker.object({"ok": True, "files": [str(path) for path in written], "rows": counts})
    total = sum(counts.values())
    speaker.say(
        f"Đã ghi {total} dòng vào {len(written)} tệp: {target}.",
        f"Wrote {total} rows into {len(written)} files: {target}.",
    )


def _folder(inventory: "Inventory", folder: Path, speaker: "Speaker", *, force: bool) -> list[Path]:
    from inventory import csvfiles

    differing = csvfiles.differing(inventory, folder)
    if differing and not force:
        speaker.refuse(_would_replace(differing))
    return csvfiles.write(inventory, folder)


def _file(
    inventory: "Inventory", path: Path, form: Format, speaker: "Speaker", *, force: bool
) -> list[Path]:
    from inventory import blankbook, yamlfiles

    if form is Format.YAML:
        content = yamlfiles.rendered(inventory)
    else:
        content = blankbook.workbook(inventory, language=speaker.language, lookup=inventory.units)
    refuse_to_replace(path, content, speaker, force=force)
    path.write_bytes(content)
    return [path]


def refuse_to_replace(path: Path, content: bytes, speaker: "Speaker", *, force: bool) -> None:
    """End the command rather than lose a file that says something else."""
    if path.exists() and not force and path.read_bytes() != content:
        speaker.refuse(_would_replace([path]))


async def _load(ledger: "Ledger") -> "Inventory":
    return await ledger.inventory.load()


def _no_target() -> "Conflict":
    from core.errors import Conflict
    from core.text import Text

    return Conflict(
        Text(
            vi="Ghi thư mục cho CSV, hoặc -o TỆP.xlsx, -o TỆP.yaml",
            en="Name a folder for CSV, or -o FILE.xlsx, -o FILE.yaml",
        )
    )


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
