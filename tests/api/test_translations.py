"""Every sentence of the pages exists in both languages."""

import ast
from collections.abc import Iterator
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from api import words
from api.translations import catalogue
from core.text import Text

API = Path(str(files("api")))


def sentences() -> set[str]:
    """Return every source string of the templates."""
    found = set()
    for template in API.glob("templates/*.html"):
        with template.open("rb") as file:
            for _, _, message, _ in babel_extract(file, ("_", "gettext", "ngettext"), [], {}):
                found.add(str(message if isinstance(message, str) else (message or [""])[0]))
    return found


def test_every_sentence_of_the_templates_has_an_english_translation() -> None:
    """A missing one would show Vietnamese on an English page."""
    english = catalogue("en")
    assert len(sentences()) > 100
    missing = {
        text
        for text in sentences()
        # Debian 12's Python (3.11.2) finds a sentence with a plural by ngettext alone.
        if english.gettext(text) == text == english.ngettext(text, text, 1)
    }
    assert missing <= {"Email"}


def test_the_catalogue_holds_no_sentence_that_no_page_uses() -> None:
    """Old entries rot."""
    source = (API / "locale/en/LC_MESSAGES/api.po").read_bytes()
    kept = set()
    for message in read_po(BytesIO(source), locale="en"):
        kept.add(message.id if isinstance(message.id, str) else message.id[0])
    assert kept - {""} == sentences()


def test_translations_keep_the_placeholders() -> None:
    """A lost placeholder would hide a name or break the page."""
    source = (API / "locale/en/LC_MESSAGES/api.po").read_bytes()
    for message in read_po(BytesIO(source), locale="en"):
        if message.id:
            assert not list(message.check()), message.id


def constants(module: Path, keyword: str) -> Iterator[str]:
    """Yield the texts that are passed under a keyword anywhere in a module."""
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.keyword) and node.arg == keyword:
            for inside in ast.walk(node.value):
                if isinstance(inside, ast.Constant) and isinstance(inside.value, str):
                    yield inside.value


@pytest.mark.parametrize("module", ["alerts/rootcause.py", "alerts/brain.py"])
def test_every_reason_that_the_judge_gives_has_words(module: str) -> None:
    """Reasons are named in code and said in words."""
    path = API.parent / module
    given = {text for text in constants(path, "reason") if text and text != "port_"}
    assert given <= set(words.REASON) | {"problem", "recovery"}


def test_every_text_of_the_words_is_said_in_both_languages() -> None:
    """No table of words has a hole."""
    for table in vars(words).values():
        if isinstance(table, dict):
            for text in table.values():
                if isinstance(text, Text):
                    assert text.vi
                    assert text.en
