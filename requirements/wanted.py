"""Which requirements go into which lock? Read from pyproject.toml, printed for pip-compile."""

import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def wanted(lock: str) -> list[str]:
    """Return the requirements of a lock: `run` is the whole product, `test` adds the tools."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = pyproject["project"]
    names = [*pyproject["build-system"]["requires"], *project["dependencies"]]
    for extra in project["optional-dependencies"].values():
        names += extra
    if lock == "test":
        names += pyproject["dependency-groups"]["dev"]
    return names


if __name__ == "__main__":
    sys.stdout.write("\n".join(wanted(sys.argv[1])) + "\n")
