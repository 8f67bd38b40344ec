"""How does a Grafana show what we know? Files for it, ready to be copied there."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runtime.boards import TOKEN_FILE
from runtime.cli._config import Config

if TYPE_CHECKING:
    from core.errors import Conflict

# What may stand in Grafana's files without being taken for anything else.
_ADDRESS = re.compile(r"https?://[^\s\"'#?${}/]+(?:/[^\s\"'#?${}]*)?")
_PATH = re.compile(r"/[^\s\"'#${}:]+")

app = typer.Typer(
    add_completion=False, help="Boards and data source for a Grafana.", no_args_is_help=True
)


@app.callback()
def grafana() -> None:
    """Boards and data source for a Grafana."""


@app.command()
def export(
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Folder to write into.")
    ],
    url: Annotated[
        str | None,
        typer.Option(help="Our address as the Grafana machine sees it; default: web.base_url."),
    ] = None,
    token_file: Annotated[
        str, typer.Option(help="Where the API token lies on the Grafana machine.")
    ] = TOKEN_FILE,
    ca_file: Annotated[
        str | None, typer.Option(help="The authority of our certificate, on the Grafana machine.")
    ] = None,
    config: Config = None,
    *,
    default: Annotated[
        bool,
        typer.Option(help="Make it Grafana's default data source (there may be but one)."),
    ] = True,
    force: Annotated[bool, typer.Option("--force", help="Replace files that differ.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write what belongs into /etc/grafana: data source, folders, boards, rules."""
    from runtime.boards import GrafanaSite, grafana_files
    from runtime.cli._inventory import Speaker
    from runtime.cli._ledger import settings_of

    speaker = Speaker(as_json=as_json)
    address = url.rstrip("/") if url else settings_of(config, speaker).web.address
    if not _ADDRESS.fullmatch(address):
        speaker.refuse(_no_address(address))
    for path in (token_file, *([ca_file] if ca_file else [])):
        if not _PATH.fullmatch(path):
            speaker.refuse(_no_path(path))
    site = GrafanaSite(address, token_file, ca_file, default)
    contents = grafana_files(site)
    differing = [
        name
        for name, content in contents.items()
        if (output / name).exists() and (output / name).read_bytes() != content
    ]
    if differing and not force:
        speaker.refuse(_would_replace(differing))
    for name, content in contents.items():
        file = output / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    speaker.object({"ok": True, "url": address, "files": sorted(contents)})
    speaker.say(
        f"Đã ghi {len(contents)} tệp vào {output}: chép vào /etc/grafana của máy Grafana, xem "
        "thongsuot/README.txt.",
        f"Wrote {len(contents)} files into {output}: copy them into the Grafana machine's "
        "/etc/grafana, see thongsuot/README.txt.",
    )


def _no_address(url: str) -> "Conflict":
    from core.errors import Conflict
    from core.text import Text

    return Conflict(
        Text(
            vi=f"{url!r} không phải địa chỉ; viết như https://giamsat.example.gov.vn",
            en=f"{url!r} is not an address; write it like https://monitor.example.gov.vn",
        )
    )


def _no_path(path: str) -> "Conflict":
    from core.errors import Conflict
    from core.text import Text

    return Conflict(
        Text(
            vi=f"{path!r} không phải đường dẫn đầy đủ; viết như /etc/grafana/thongsuot/token",
            en=f"{path!r} is not a full path; write it like /etc/grafana/thongsuot/token",
        )
    )


def _would_replace(names: list[str]) -> "Conflict":
    from core.errors import Conflict
    from core.text import Text

    listed = ", ".join(names)
    return Conflict(
        Text(
            vi=f"Tệp đã có và khác: {listed}. Thêm --force để ghi đè",
            en=f"There are files that differ: {listed}. Add --force to replace them",
        )
    )
