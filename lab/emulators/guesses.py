"""What every emulator was written from, and what it had to guess: those without HTTP too."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

from lab.emulators.answering import About


def abouts() -> list[About]:
    """Return what each emulator of this folder says of itself, by family."""
    found = {about.family: about for about in _found()}
    return [found[family] for family in sorted(found)]


def _found() -> Iterator[About]:
    package = importlib.import_module("lab.emulators")
    for module in pkgutil.iter_modules(package.__path__):
        held = vars(importlib.import_module(f"lab.emulators.{module.name}"))
        for value in held.values():
            about = vars(value).get("about") if inspect.isclass(value) else value
            if isinstance(about, About):
                yield about
