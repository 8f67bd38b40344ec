"""Are the settings right?"""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli._config import Config

if TYPE_CHECKING:
    from core.errors import Problem

app = typer.Typer(add_completion=False)


@app.command()
def check_config(
    config: Config = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check a settings file and the environment, and print every problem."""
    from core.text import Text
    from runtime.language import of

    language = of(os.environ)
    code, problems = _problems(config)
    if as_json:
        rows = [
            {
                "file": p.file,
                "line": p.line,
                "key": p.key,
                "what": p.what.said(language),
                "mend": p.mend.said(language),
            }
            for p in problems
        ]
        typer.echo(json.dumps({"ok": not rows, "problems": rows}, ensure_ascii=False))
    elif problems:
        for problem in problems:
            typer.echo(problem.said(language), err=True)
    else:
        typer.echo(Text(vi="đúng", en="correct").said(language))
    raise typer.Exit(code)


def _problems(config: Path | None) -> "tuple[int, Sequence[Problem]]":
    """Return the exit code and what is wrong: 2 if there is nothing to check, 1 for faults."""
    from core.errors import Invalid
    from runtime.settings import chosen, load

    try:
        file = chosen(config, os.environ, Path.cwd())
    except Invalid as none:
        return 2, none.problems
    try:
        load(file, os.environ)
    except Invalid as invalid:
        return 1, invalid.problems
    return 0, ()
