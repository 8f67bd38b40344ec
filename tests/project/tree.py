"""Where the project's own files are."""

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
_SKIPPED = {".git", ".venv", "__pycache__", "var", "dist", "build"}


def pyproject() -> dict[str, object]:
    """Return the project's own settings of its tools."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def packages() -> list[str]:
    """Return the packages that a wheel is made of."""
    config: object = pyproject()
    for key in ("tool", "hatch", "build", "targets", "wheel", "packages"):
        assert isinstance(config, dict)
        config = config[key]
    assert isinstance(config, list)
    return config


def files(under: Path = ROOT) -> Iterator[Path]:
    """Yield every file of ours below a folder; caches, environments and data left out."""
    for folder, below, names in os.walk(under):
        below[:] = sorted(
            name
            for name in below
            if name not in _SKIPPED and (name == ".ci" or not name.startswith("."))
        )
        yield from (Path(folder, name) for name in sorted(names) if not name.endswith(".pyc"))
