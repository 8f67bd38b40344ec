"""The option that names the settings file, the same for every command."""

from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        help="Settings file; else THONGSUOT_CONFIG, else ./thongsuot.toml.",
    ),
]
