"""Which version is this?"""

from importlib.metadata import version as installed

import typer

app = typer.Typer(add_completion=False)


@app.command()
def version() -> None:
    """Print the installed version."""
    typer.echo(installed("thongsuot"))
