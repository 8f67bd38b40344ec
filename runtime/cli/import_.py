"""What would a folder of CSV files change, and shall it?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli._config import Config

if TYPE_CHECKING:
    from inventory.intake import Proposal
    from runtime.cli._inventory import Speaker
    from storage.ledger import Ledger

app = typer.Typer(add_completion=False)


@app.command()
def import_(
    folder: Annotated[Path, typer.Argument(metavar="PATH", help="Folder of CSV files.")],
    config: Config = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan, do nothing.")] = False,
    allow_retire: Annotated[
        bool, typer.Option("--allow-retire", help="Retire more than 10 % of a table.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Plan and apply an inventory: exit 0 done or no change, 1 refused, 2 bad input."""
    from runtime.cli._inventory import Speaker, too_much
    from runtime.cli._ledger import REFUSED, with_ledger

    speaker = Speaker(as_json=as_json)

    async def work(ledger: "Ledger") -> "tuple[Proposal, int | None]":
        return await _import(ledger, folder, speaker, dry_run=dry_run, allow_retire=allow_retire)

    proposal, version = with_ledger(config, speaker, work)
    refused = bool(proposal.plan.excessive()) and not allow_retire
    _report(speaker, proposal, version, refused=refused, dry_run=dry_run)
    if refused:
        speaker.complain(too_much(proposal.plan))
    raise typer.Exit(REFUSED if refused else 0)


async def _import(
    ledger: "Ledger", folder: Path, speaker: "Speaker", *, dry_run: bool, allow_retire: bool
) -> "tuple[Proposal, int | None]":
    """Return the proposal and the inventory's new version, None if nothing was applied."""
    from core.clock import LOCAL, SystemClock
    from core.text import Text
    from inventory.intake import propose
    from runtime import registries
    from runtime.cli._inventory import busy, progress
    from runtime.cli._ledger import actor

    now = SystemClock().now()
    before = await ledger.inventory.version()
    current = await ledger.inventory.load()
    with progress(speaker) as show:
        proposal = propose(
            folder,
            current,
            now.astimezone(LOCAL).date(),
            collectors=registries.collectors().keys(),
            progress=show,
        )
    if proposal.problems:
        speaker.problems(proposal.problems)
    plan = proposal.plan
    if dry_run or plan.empty or (plan.excessive() and not allow_retire):
        return proposal, None
    with busy(speaker, Text(vi="Đang ghi vào sổ cái", en="Writing to the ledger")):
        version = await ledger.inventory.apply(plan.changes, actor(), now, based_on=before)
    return proposal, version


def _report(
    speaker: "Speaker", proposal: "Proposal", version: int | None, *, refused: bool, dry_run: bool
) -> None:
    from inventory.tables import TABLES
    from runtime.cli._inventory import as_object, problems_as_objects

    plan = proposal.plan
    absent = [table.file for table in TABLES if table.name not in proposal.present]
    speaker.object(
        {
            "ok": not refused,
            "applied": version is not None,
            "version": version,
            "left_as_they_are": absent,
            "warnings": problems_as_objects(proposal.warnings, speaker.language),
            **as_object(plan),
        }
    )
    speaker.warnings(proposal.warnings)
    speaker.plan(plan)
    if absent:
        files = ", ".join(absent)
        speaker.say(f"Không có tệp nên giữ nguyên: {files}.", f"No file, left as it is: {files}.")
    if plan.empty:
        speaker.say("Không có gì thay đổi.", "Nothing to change.")
    elif version is not None:
        speaker.say(
            f"Đã áp dụng, phiên bản danh mục {version}.", f"Applied: inventory version {version}."
        )
    elif dry_run:
        speaker.say("Chạy thử: chưa thay đổi gì.", "Dry run: nothing was changed.")
