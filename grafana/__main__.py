"""Write the boards and the rules, or say (`--check`) which of them are not current."""

import json
import sys
from pathlib import Path
from typing import Any, get_args

from core.text import Language
from grafana import (
    bridges,
    collectors,
    duty,
    figures,
    links,
    meeting,
    network,
    power,
    province,
    rooms,
    rules,
    servers,
    services,
    site,
)

HERE = Path(__file__).parent
BOARDS = (
    province,
    site,
    links,
    network,
    servers,
    services,
    power,
    rooms,
    meeting,
    bridges,
    duty,
    figures,
    collectors,
)


def written() -> dict[str, str]:
    """Return every generated file by its path below this folder."""
    files = {
        f"boards/{language}/{board.slug}.json": _json(board.document())
        for language in get_args(Language)
        for board in (module.board(language) for module in BOARDS)
    }
    return {**files, "rules/thongsuot.rules.yml": rules.document()}


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write what differs; with `--check` only name it and return 1."""
    differing = []
    for name, text in written().items():
        file = HERE / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            differing.append(name)
            if "--check" not in arguments:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
    for name in differing:
        sys.stdout.write(f"{name}\n")
    return int(bool(differing) and "--check" in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
