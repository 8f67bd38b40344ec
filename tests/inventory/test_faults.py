"""One folder per sentence, asserted to the letter in both languages."""

import inspect
from datetime import date
from pathlib import Path

import pytest

from core.inventory import Inventory
from core.text import Language
from inventory import csvfiles, faults
from inventory.intake import propose

ON = date(2026, 11, 22)
BAD = Path(__file__).parent / "bad"
SNMP = ("system", "interfaces", "health", "neighbours", "inventory", "probes")
COLLECTORS = ("icmp", *(f"snmp_{one}" for one in SNMP))  # no tcp: one fault needs that


def _names() -> list[str]:
    return sorted(path.name for path in BAD.iterdir())


def _said(name: str, language: Language) -> str:
    ledger = Path(name, "ledger")
    current = csvfiles.read(ledger) if ledger.is_dir() else Inventory()
    found = propose(Path(name, "inventory"), current, ON, collectors=COLLECTORS)
    return "".join(problem.said(language) + "\n" for problem in found.problems)


def test_every_fault_has_a_folder_that_commits_it() -> None:
    public = {
        name
        for name, function in inspect.getmembers(faults, inspect.isfunction)
        if not name.startswith("_") and function.__module__ == faults.__name__
    }
    assert set(_names()) == public


@pytest.mark.parametrize("name", _names())
@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_bad_folder_is_told_what_is_wrong_where_and_how_to_mend_it(
    name: str, language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(BAD)
    expected = Path(name, f"{language}.txt").read_text(encoding="utf-8")
    assert _said(name, language) == expected
