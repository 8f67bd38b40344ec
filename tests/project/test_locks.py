"""The locks pin everything by hash and name no place to get it from."""

import re

import pytest

from tests.project.tree import ROOT, pyproject

PIN = re.compile(r"^([a-z0-9._-]+)==\S+ ?(?:;.*)?\\$", re.MULTILINE)
LOCKS = ("run", "test")


def _text(lock: str) -> str:
    return (ROOT / f"requirements/{lock}.txt").read_text(encoding="utf-8")


def _pins(lock: str) -> dict[str, str]:
    return {match[1]: match[0] for match in PIN.finditer(_text(lock))}


def _plain(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found is not None
    return re.sub(r"[-_.]+", "-", found[0]).lower()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_place(lock: str) -> None:
    lines = [row for row in _text(lock).splitlines() if not row.startswith("#")]
    assert not [row for row in lines if "://" in row or "/" in row or row.startswith("-")]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes(lock: str) -> None:
    blocks = re.split(r"^(?=[a-z0-9])", _text(lock), flags=re.MULTILINE)
    pins = [block for block in blocks if re.match(r"[a-z0-9]", block)]
    assert len(pins) == len(_pins(lock)) > 0
    assert all("--hash=sha256:" in block for block in pins)


def test_the_test_lock_is_the_run_lock_and_more() -> None:
    assert _pins("run").items() <= _pins("test").items()


def test_the_locks_hold_what_the_project_asks_for() -> None:
    described = pyproject()
    project, groups = described["project"], described["dependency-groups"]
    assert isinstance(project, dict)
    assert isinstance(groups, dict)
    run = [*project["dependencies"]]
    for extra in project["optional-dependencies"].values():
        run += extra
    assert {_plain(r) for r in run} <= set(_pins("run"))
    assert {_plain(r) for r in groups["dev"]} <= set(_pins("test"))
