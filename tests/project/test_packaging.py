"""Our plain top-level names are ours alone, and the wheel holds all that the tree holds."""

import importlib
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

from tests.project.tree import ROOT, files, packages


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


def test_no_name_of_ours_belongs_to_another_distribution() -> None:
    owners = metadata.packages_distributions()
    for name in packages():
        assert set(owners.get(name, ["thongsuot"])) == {"thongsuot"}, name


def test_our_names_are_imported_from_this_tree() -> None:
    for name in packages():
        file = importlib.import_module(name).__file__
        assert file is not None
        assert Path(file).resolve() == (ROOT / name / "__init__.py").resolve()


def test_no_name_of_ours_hides_the_standard_library() -> None:
    assert not set(packages()) & sys.stdlib_module_names


def test_the_installed_requirements_agree_with_each_other() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "pip", "check", "--disable-pip-version-check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout


def test_the_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    wanted = {str(path.relative_to(ROOT)) for name in packages() for path in files(ROOT / name)}
    assert wanted <= held


def test_the_wheel_works_away_from_the_tree(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    program = f"""
import asyncio, sys
sys.path.insert(0, {str(tmp_path / "site")!r})
import api.app, runtime.cli, storage.migrations
asyncio.run(storage.migrations.upgrade("sqlite:///{tmp_path}/ledger.db"))
print(api.app.__file__)
"""
    result = subprocess.run(
        [sys.executable, "-I", "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == str(tmp_path / "site/api/app.py")
    assert (tmp_path / "ledger.db").exists()
