"""A settings file with some of its values changed, every other line as people wrote it."""

import json
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

from runtime import toml_lines

Key = tuple[str, str]  # section, key


def changed(text: str, values: Mapping[Key, str | int | bool]) -> str:
    """Return a valid TOML text with the given keys set, where they stand or under their table.

    An old value is kept as a comment. Values that span rows are left out of scope: the keys
    that we set hold one line.
    """
    tomllib.loads(text)
    rows = text.splitlines()
    found = toml_lines.lines(text)
    inserted: dict[int, list[str]] = {}
    missing: dict[str, list[str]] = {}
    for (section, key), value in values.items():
        line = f"{key} = {json.dumps(value, ensure_ascii=False)}"
        if (section, key) in found:
            at = found[section, key] - 1
            if rows[at].strip() != line:
                rows[at] = f"{line}  # {rows[at].strip()}"
        elif (section,) in found:
            inserted.setdefault(found[section,], []).append(line)
        else:
            missing.setdefault(section, []).append(line)
    for at in sorted(inserted, reverse=True):
        rows[at:at] = inserted[at]
    for section, lines in missing.items():
        rows += ["", f"[{section}]", *lines]
    result = "\n".join(rows) + "\n"
    tomllib.loads(result)
    return result


def main() -> None:
    """Set `SECTION.KEY VALUE …` in the file named first, as the installation does."""
    file, *words = sys.argv[1:]
    path = Path(file)
    values: dict[Key, str | int | bool] = {}
    for name, value in zip(words[::2], words[1::2], strict=True):
        section, _, key = name.rpartition(".")
        values[section, key] = value
    path.write_text(changed(path.read_text(encoding="utf-8"), values), encoding="utf-8")


if __name__ == "__main__":
    main()
