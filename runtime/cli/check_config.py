"""Are the settings right?"""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command()
def check_config(
    settings: Annotated[Path | None, typer.Option("--config", "-c", help="Settings file.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check a settings file and the environment, and print every problem."""
    from core.errors import Invalid
    from core.text import Text
    from runtime.language import of
    from runtime.settings import load

    language = of(os.environ)
    try:
        load(settings, os.environ)
    except Invalid as invalid:
        problems = invalid.problems
    else:
        problems = ()
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
    raise typer.Exit(1 if problems else 0)
