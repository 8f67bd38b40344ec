"""The checks of `./run check`, so that a run of the tests is all there is to run."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.project.tree import ROOT

BIN = Path(sys.executable).parent


@pytest.mark.timeout(600)  # mypy without a cache, on a small machine
@pytest.mark.parametrize(
    "command",
    ["ruff check .", "ruff format --check .", "mypy", "lint-imports"],
)
def test_the_tree_passes(command: str) -> None:
    program, *arguments = command.split()
    result = subprocess.run(
        [str(BIN / program), *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
