"""What is laid into /etc/grafana: data source, folders, boards, rules; addresses filled in.

The files are those of the folder `grafana/`, made at development time; nothing is generated
here, and the SDK is not needed.
"""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from api.context import BoardTitle
from core.text import Language, vietnamese_order

TOKEN_FILE = "/etc/grafana/thongsuot/token"  # noqa: S105  (a path)
_SOURCE = "provisioning/datasources/thongsuot.yml"
_URL = "${THONGSUOT_URL}"
_HUB = "http://127.0.0.1:8080"  # as the generator writes it into the boards
_DAWN = (2026, 1, 1, 0, 0, 0)  # of every file in an archive: same input, same bytes
_MEASURE = """\
Giải nén vào /etc/grafana trên máy Grafana / unpack into /etc/grafana on the Grafana machine:

  unzip thongsuot-grafana.zip -d /etc/grafana
  install -m 640 -g grafana TOKEN_FILE {token}
  systemctl restart grafana-server

TOKEN_FILE: một dòng, mã do lệnh sau in ra trên máy Thông Suốt / one line, what this command prints
on the Thông Suốt machine:

  thongsuot token create grafana --role viewer

Thông Suốt: {url}
Chưa xem trong Grafana thật / not yet seen in a running Grafana.
"""


@dataclass(frozen=True, slots=True)
class GrafanaSite:
    """How one Grafana reaches us. Paths are those of its own machine."""

    url: str  # of our pages, without a slash at its end
    token_file: str = TOKEN_FILE
    ca_file: str | None = None  # of our certificate's authority; None: the machine's own trust
    default: bool = True  # a Grafana starts with one default data source at the most


def grafana_files(site: GrafanaSite) -> dict[str, bytes]:
    """Return every file by its path below /etc/grafana."""
    found = {name: text.encode() for name, text in sorted(_filled(site))}
    measure = _MEASURE.format(token=site.token_file, url=site.url)
    return {**found, "thongsuot/README.txt": measure.encode()}


def board_titles(language: Language) -> list[BoardTitle]:
    """Return what boards there are and the question of each, by title."""
    found = []
    for _, file in _below(files("grafana").joinpath("boards", language), language):
        board = json.loads(file.read_text(encoding="utf-8"))
        title = board["title"].partition(" – ")[2] or board["title"]
        asked, mark, _ = board["description"].partition("?")
        found.append(BoardTitle(file.name.removesuffix(".json"), title, asked + mark))
    return sorted(found, key=lambda one: vietnamese_order(one.title))


def archive(contents: Mapping[str, bytes]) -> bytes:
    """Return files as a zip archive; the same files give the same bytes."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in sorted(contents.items()):
            entry = zipfile.ZipInfo(name, _DAWN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            packed.writestr(entry, content)
    return written.getvalue()


def _filled(site: GrafanaSite) -> Iterator[tuple[str, str]]:
    root = files("grafana")
    for name, file in _below(root.joinpath("provisioning"), "provisioning"):
        text = file.read_text(encoding="utf-8")
        yield name, _addressed(text, site) if name == _SOURCE else text
    for part in ("boards", "rules"):
        for name, file in _below(root.joinpath(part), f"thongsuot/{part}"):
            yield name, file.read_text(encoding="utf-8").replace(_HUB, site.url)


def _addressed(text: str, site: GrafanaSite) -> str:
    text = text.replace(_URL, site.url).replace(TOKEN_FILE, site.token_file)
    if not site.default:
        text = text.replace("isDefault: true", "isDefault: false")
    if site.ca_file is not None:
        text = text.replace("    jsonData:\n", "    jsonData:\n      tlsAuthWithCACert: true\n")
        text += f"      tlsCACert: $__file{{{site.ca_file}}}\n"
    return text


def _below(folder: Traversable, path: str) -> Iterator[tuple[str, Traversable]]:
    for one in folder.iterdir():
        name = f"{path}/{one.name}"
        if one.is_dir():
            yield from _below(one, name)
        elif one.name.endswith((".json", ".yml")):
            yield name, one
