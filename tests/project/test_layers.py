"""The house stands in layers, and every room of it is on the list."""

import importlib

from tests.project.tree import ROOT, packages, pyproject

BESIDE = {"tests", "benchmarks"}  # folders with an __init__.py that no wheel carries


def _linted() -> list[str]:
    tool = pyproject()["tool"]
    assert isinstance(tool, dict)
    roots: list[str] = tool["importlinter"]["root_packages"]
    return roots


def test_the_layers_name_every_top_level_package() -> None:
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")} - BESIDE
    assert set(_linted()) == folders


def test_the_wheel_carries_the_same_packages_as_the_layers() -> None:
    assert packages() == _linted()


def test_every_folder_of_python_is_a_package() -> None:
    scripts = ROOT / "storage/migrations/versions"  # alembic loads them by path
    loose = {
        str(path.parent.relative_to(ROOT))
        for name in (*packages(), *BESIDE)
        for path in (ROOT / name).rglob("*.py")
        if path.parent != scripts and not (path.parent / "__init__.py").exists()
    }
    assert loose == set()


def test_every_package_says_what_it_is_for() -> None:
    for name in packages():
        assert (importlib.import_module(name).__doc__ or "").strip(), name
