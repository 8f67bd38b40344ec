"""The command line: every public module of this folder is one command, loaded when it runs."""

import importlib
import pkgutil
import sys
from pathlib import Path

import typer.main
from typer.core import TyperCommand, TyperGroup


class Commands(TyperGroup):
    """Commands by module: `import` is `runtime/cli/import_.py`, a `typer.Typer` named `app`."""

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
        return command


def main() -> None:
    """Run the command line."""
    group = Commands(
        name="thongsuot", help="Thông Suốt: clear all the way through.", no_args_is_help=True
    )
    group.main(sys.argv[1:], prog_name="thongsuot")
