"""Help is read in the language of the terminal, every sentence of it."""

import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from typer import Context, rich_utils
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from runtime.cli import Commands, _help

ROOT = TyperCommand | TyperGroup
FRAME = {getattr(rich_utils, name) for name in _help._FRAME}
NAMES = {"carrier power own unit supplier nobody unknown", "field=value; field=value"}  # as typed


def sentences(command: ROOT) -> Iterator[str]:
    """Yield every sentence that the help of a command and of those below it says, in English."""
    yield from filter(None, (command.help, command.short_help))
    for param in command.params:
        if isinstance(param, TyperArgument | TyperOption) and param.help:
            yield param.help
    if isinstance(command, TyperGroup):
        context = Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert isinstance(below, ROOT)
            yield from sentences(below)


def known() -> dict[str, str]:
    source = files("runtime").joinpath("locale/vi/LC_MESSAGES/help.po").read_bytes()
    return {str(m.id): str(m.string) for m in read_po(BytesIO(source), locale="vi") if m.id}


def test_the_catalogue_has_every_sentence_and_no_other() -> None:
    asked = set(sentences(Commands(name="thongsuot"))) - NAMES
    own = FRAME | {
        *_help._USAGE,
        "Show this message and exit.",
        "Thông Suốt: clear all the way through.",
    }
    assert len(asked) > 250
    assert known().keys() == asked | own
    assert all(known().values())


def helped(tmp_path: Path, language: str, *words: str) -> str:
    """Return what a fresh process prints."""
    result = subprocess.run(
        [sys.executable, "-c", "from runtime.cli import main; main()", *words],
        env={"THONGSUOT_LANG": language, "COLUMNS": "200", "PATH": "/usr/bin:/bin"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    return result.stdout + result.stderr


@pytest.mark.parametrize(
    "words", [(), ("--help",), ("rehearse", "--help"), ("rota",), ("rota", "gaps", "--help")]
)
def test_help_is_vietnamese_from_head_to_foot(tmp_path: Path, words: tuple[str, ...]) -> None:
    text = helped(tmp_path, "vi", *words)
    assert "Cách dùng: thongsuot" in text
    assert "In trang này rồi thôi." in text
    for english in ("Usage:", "─ Options", "─ Commands", "Show this", "Print "):
        assert english not in text, english


def test_whoever_reads_english_gets_english(tmp_path: Path) -> None:
    text = helped(tmp_path, "en", "rota", "gaps", "--help")
    assert "Usage: thongsuot rota gaps" in text
    assert "Print when nobody is on duty" in text
