"""What have devices said? Traps, informs and syslog, searched at the terminal or as JSON."""

from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli._config import Config

if TYPE_CHECKING:
    from collections.abc import Collection

    from storage.ledger import Ledger
    from storage.remarks import RemarkPage

app = typer.Typer(
    add_completion=False, help="Print what devices have said by traps, informs and syslog."
)


@app.command()
def heard(
    words: Annotated[
        list[str] | None, typer.Argument(help="Words that are all in it; diacritics do not matter.")
    ] = None,
    config: Config = None,
    *,
    device: Annotated[str, typer.Option("--device", help="Of this device.")] = "",
    site: Annotated[str, typer.Option("--site", help="Of the devices of this site.")] = "",
    unit: Annotated[str, typer.Option("--unit", help="Of the sites of this unit.")] = "",
    severity: Annotated[
        int, typer.Option("--severity", min=0, max=7, help="So grave or graver: 0 … 7.")
    ] = 7,
    since: Annotated[
        str, typer.Option("--since", metavar="24h", help="Said so long ago at the most.")
    ] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Rows.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print what devices have said, newest first."""
    from core.text import Text, fold
    from runtime.cli._ledger import Voice, ago, with_ledger
    from storage.remarks import Wanted

    voice = Voice(as_json=as_json)
    begin = ago(since, voice) if since else None

    async def work(ledger: "Ledger") -> "RemarkPage":
        wanted = Wanted(
            devices=[device] if device else ([] if site or unit else None),
            sites=await _sites(ledger, site, unit),
            words=tuple((word, ()) for word in fold(" ".join(words or ())).split()),
            severity=severity,
            begin=begin,
        )
        return await ledger.remarks.find(wanted, limit)

    found = with_ledger(config, voice, work)
    voice.table(
        (
            Text("lúc", "at"),
            Text("thiết bị", "device"),
            Text("qua", "via"),
            Text("mức", "severity"),
            Text("lần", "times"),
            Text("nội dung", "words"),
        ),
        [
            {
                "at": one.at,
                "device": one.device,
                "via": one.via.value,
                "severity": one.severity,
                "count": one.count,
                "text": " ".join(
                    part
                    for part in (one.means if voice.language == "vi" else one.means_en, one.text)
                    if part
                )
                or one.kind,
                **({"kind": one.kind, "site": one.site, "last_at": one.last_at} if as_json else {}),
            }
            for one in found.items
        ],
    )


async def _sites(ledger: "Ledger", site: str, unit: str) -> "Collection[str] | None":
    """Return the sites that are meant; None: all."""
    if not unit:
        return [site] if site else None
    from core.errors import NotFound
    from core.text import Text

    inventory = await ledger.inventory.load()
    parents = {one.slug: one.parent for one in inventory.units}
    if unit not in parents:
        raise NotFound(Text(f"Không có đơn vị “{unit}”", f"There is no unit {unit!r}"))

    def within(slug: str | None) -> bool:
        while slug is not None and slug != unit:
            slug = parents.get(slug)
        return slug == unit

    return [one.slug for one in inventory.sites if within(one.unit) and site in {"", one.slug}]
