"""What the help of a command says, in the reader's language: English sources, a catalogue beside.

An agent is installed without Babel; its help stays English.
"""

import os
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files

from typer import Context
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from core.catalogue import compiled
from runtime.language import of

_A_COMMAND = 2  # words: `rota show`; fewer name a group
_USAGE = ("Usage:", "[OPTIONS]", "COMMAND [ARGS]...")
# What Typer itself says; it offers no other way to say it otherwise.
_FRAME = (
    "ARGUMENTS_PANEL_TITLE",
    "OPTIONS_PANEL_TITLE",
    "COMMANDS_PANEL_TITLE",
    "ERRORS_PANEL_TITLE",
    "ABORTED_TEXT",
    "DEFAULT_STRING",
    "REQUIRED_LONG_STRING",
    "RICH_HELP",
)


@cache
def catalogue() -> Callable[[str], str]:
    """Return what translates a sentence into Vietnamese, or leaves it as it is."""
    source = files("runtime").joinpath("locale", "vi", "LC_MESSAGES", "help.po").read_bytes()
    try:
        return compiled(source, "vi").gettext
    except ImportError:
        return str


def wanted(arguments: Sequence[str]) -> bool:
    """Say whether help is about to be read: it is asked for, or what to do is not said."""
    return "--help" in arguments or len(arguments) < _A_COMMAND


def said(command: TyperCommand | TyperGroup) -> None:
    """Let a command, its options and those below it be explained to whoever is at the terminal."""
    if of(os.environ) == "en":
        return
    from typer import rich_utils

    translate = catalogue()
    for name in _FRAME:
        setattr(rich_utils, name, translate(getattr(rich_utils, name)))
    _explained(command, translate)


def _explained(command: TyperCommand | TyperGroup, translate: Callable[[str], str]) -> None:
    """Change what a command says of itself; its `--help` is made, and kept, when first asked."""
    context = Context(command)
    usage = command.get_usage
    setattr(  # noqa: B010  (a method of this one command)
        command, "get_usage", lambda ctx: _translated(usage(ctx), translate)
    )
    if (own := command.get_help_option(context)) is not None:
        own.help = translate(own.help or "")
    for attribute in ("help", "short_help"):
        text = getattr(command, attribute, None)
        if text:
            setattr(command, attribute, translate(text))
    for param in command.params:
        if isinstance(param, TyperArgument | TyperOption) and param.help:
            param.help = translate(param.help)
    for below in getattr(command, "commands", {}).values():
        _explained(below, translate)


def _translated(usage: str, translate: Callable[[str], str]) -> str:
    for part in _USAGE:
        usage = usage.replace(part, translate(part), 1)
    return usage
