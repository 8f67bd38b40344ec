"""`thongsuot` run as a person runs it: every command is a process of its own."""

import atexit
import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from core.text import Language

ROOT = Path(__file__).parents[2]
PROGRAM = "import sys; from runtime.cli import main; sys.argv[0] = 'thongsuot'; main()"
Done = subprocess.CompletedProcess[str]


class Terminal:
    """A folder made by `init`, and the commands run upon it."""

    def __init__(self, folder: Path, language: Language = "vi") -> None:
        self.folder = folder
        self.language = language

    def run(self, *args: str | Path, folder: Path = ROOT) -> Done:
        """Run a command in a process that was loaded before."""
        return _ready().run(list(map(str, args)), self._environ(), folder)

    def run_anew(self, *args: str | Path) -> Done:
        """Run a command in an interpreter that has loaded nothing: slow, and the real thing."""
        return subprocess.run(
            [sys.executable, "-c", PROGRAM, *map(str, args)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=self._environ(),
            cwd=ROOT,
            check=False,
        )

    def on(self, command: str, *args: str | Path) -> Done:
        """Run a command with the settings of the folder."""
        return self.run(command, *args, "-c", self.folder / "thongsuot.toml")

    def json(self, command: str, *args: str | Path) -> tuple[int, Any]:
        """Return how a command ended, and what it answered to a machine."""
        done = self.on(command, *args, "--json")
        return done.returncode, json.loads(done.stdout)

    def _environ(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("THONGSUOT_")}
        return kept | {"THONGSUOT_LANG": self.language, "PYTHONUTF8": "1"}


class _Ready:
    """The process of `tests.runtime.ready`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.runtime.ready"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=os.environ | {"PYTHONUTF8": "1"},
        )
        atexit.register(self._end)

    def run(self, words: list[str], environ: dict[str, str], folder: Path) -> Done:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with tempfile.TemporaryDirectory() as scratch:
            out, err = Path(scratch, "out"), Path(scratch, "err")
            wish = {
                "words": words,
                "environ": environ,
                "folder": str(folder),
                "out": str(out),
                "err": str(err),
            }
            self._process.stdin.write(json.dumps(wish) + "\n")
            self._process.stdin.flush()
            ended = int(self._process.stdout.readline())
            said = [path.read_text(encoding="utf-8") for path in (out, err)]
        return subprocess.CompletedProcess(words, ended, *said)

    def _end(self) -> None:
        self._process.communicate()


@cache
def _ready() -> _Ready:
    return _Ready()
