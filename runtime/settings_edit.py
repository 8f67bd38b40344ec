"""A settings file with some of its values changed, every other line as people wrote it."""

import json
import tomllib
from collections.abc import Mapping

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
