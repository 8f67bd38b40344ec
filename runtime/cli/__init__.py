"""The command line: every public module of this folder is one command, loaded when it runs."""

import importlib
import json
import os
import pkgutil
import sys
from pathlib import Path
from typing import Any, NoReturn

import typer.main
from typer.core import TyperCommand, TyperGroup

from runtime.cli import _help


class Commands(TyperGroup):
    """Commands by module: `import` is `runtime/cli/import_.py`, a `typer.Typer` named `app`."""

    explains = False  # their help is about to be read, in the language of the terminal

    def list_commands(self, ctx: object) -> list[str]:  # noqa: ARG002  (click's signature)
        """Return the names of all commands, sorted."""
        folder = str(Path(__file__).parent)
        names = (m.name for m in pkgutil.iter_modules([folder]) if not m.name.startswith("_"))
        return sorted(name.rstrip("_").replace("_", "-") for name in names)

    def get_command(self, ctx: object, cmd_name: str) -> TyperCommand | TyperGroup | None:
        """Return the command, importing its module; None if there is no such command."""
        if cmd_name not in self.list_commands(ctx):
            return None
        name = "import_" if cmd_name == "import" else cmd_name.replace("-", "_")
        module = importlib.import_module(f"runtime.cli.{name}")
        command: TyperCommand | TyperGroup = typer.main.get_command(module.app)  # type: ignore[assignment]
        command.name = cmd_name
        if self.explains:
            _help.said(command)
        return command

    def make_context(self, *args: Any, **extra: Any) -> Any:
        """Parse the command line; what is wrong with it is said in the reader's language."""
        try:
            return super().make_context(*args, **extra)
        except Exception as refusal:
            _explain(refusal, self)
            raise

    def invoke(self, ctx: Any) -> Any:
        """Run the command, as `make_context`."""
        try:
            return super().invoke(ctx)
        except Exception as refusal:
            _explain(refusal, self)
            raise


def _explain(error: Exception, command: TyperGroup) -> None:
    from runtime.cli import _usage

    if isinstance(error, _usage.Refusal):
        _usage.explain(error, command)


def _refuse(error: OSError) -> NoReturn:
    from core.errors import os_reason
    from core.text import Text
    from runtime.language import of

    why = os_reason(error)
    text = Text(
        f"Không dùng được {error.filename}: {why.vi}", f"{error.filename} cannot be used: {why.en}"
    ).said(of(os.environ))
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps({"ok": False, "error": text}, ensure_ascii=False) + "\n")
    else:
        sys.stderr.write(f"{text}\n")
    sys.exit(1)


def main() -> None:
    """Run the command line."""
    group = Commands(
        name="thongsuot", help="Thông Suốt: clear all the way through.", no_args_is_help=True
    )
    if _help.wanted(sys.argv[1:]):
        group.explains = True
        _help.said(group)
    try:
        group.main(sys.argv[1:], prog_name="thongsuot")
    except OSError as error:  # a file that cannot be read or written: a sentence, no traceback
        if error.filename is None:
            raise
        _refuse(error)
