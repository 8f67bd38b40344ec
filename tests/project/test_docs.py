"""The documents speak of what is there: commands, options, files, settings."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup

from runtime.cli import Commands
from tests.project.tree import ROOT, files

PAGES = sorted(path for path in files() if path.suffix == ".md")
ADRS = sorted((ROOT / "docs/adr").glob("*.md"))
FENCE = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
OURS = re.compile(r"^\s*(?:\.venv/bin/)?thongsuot ([a-z][^#\n]*)")
RUN = re.compile(r"\./run ([a-z]+)")
RUN_COMMANDS = {"demo", "test", "up", "check", "setup", "lock", "bundle", "install"}


def _said(page: Path) -> Iterator[str]:
    """Yield the pieces of a page that are meant to be typed."""
    text = page.read_text(encoding="utf-8")
    yield from (line for block in FENCE.findall(text) for line in block.splitlines())
    yield from INLINE.findall(FENCE.sub("", text))


def _options(words: list[str]) -> tuple[str, set[str]] | None:
    """Return the command that words begin with, and its options; None: no such command."""
    command: Any = Commands(name="thongsuot")
    context = typer.Context(command)
    path: list[str] = []
    for word in words:
        if not isinstance(command, TyperGroup):
            break
        below = command.get_command(context, word)
        if below is None:
            own = {o for p in command.params for o in (*p.opts, *p.secondary_opts)}
            return None if not path else (" ".join(path), own)
        command, path = below, [*path, word]
    return " ".join(path), {o for p in command.params for o in (*p.opts, *p.secondary_opts)}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_command_a_page_names_exists(page: Path) -> None:
    for piece in _said(page):
        assert set(RUN.findall(piece)) <= RUN_COMMANDS, piece
        for line in OURS.findall(piece):
            words = line.replace("|", " ").split()
            found = _options(words)
            assert found is not None, f"{page.name}: thongsuot {line}"
            path, options = found
            for word in words:
                if word.startswith("-"):
                    name = word.split("=")[0]
                    assert name in options | {"--help"}, f"thongsuot {path} {name}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for target in LINK.findall(text):
        if not target.startswith(("http://", "https://", "#", "mailto:")):
            assert (page.parent / target.split("#")[0]).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("page", ADRS, ids=lambda p: p.stem)
def test_a_decision_is_short_and_has_its_form(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.fullmatch(r"\d{4}-[a-z0-9-]+", page.stem)
    assert text.startswith(f"# {page.stem[:4]}. ")
    for part in ("**Chosen.**", "**Because.**", "**Price.**"):
        assert part in text, part
    assert len(text.splitlines()) <= 16


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [int(p.stem[:4]) for p in ADRS] == list(range(1, len(ADRS) + 1))


def test_the_generated_pages_are_current() -> None:
    result = subprocess.run(
        [sys.executable, str(ROOT / "docs/generate.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_toml_example_is_toml() -> None:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for block in re.findall(r"^```toml\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
            tomllib.loads(block)


def test_the_readme_fits_two_screens() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 100
