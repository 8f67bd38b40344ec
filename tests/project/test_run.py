"""`./run` on machines that lack something: it names it, and never fails without a word."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.project.tree import ROOT

COREUTILS = ("bash", "dirname", "readlink", "cat", "id", "cut", "tr", "grep", "sha256sum", "rm")


def _run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(ROOT / "run"), *arguments],
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"} | environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def bare_path(tmp_path: Path) -> Path:
    """A PATH with the least a system has, and no apt-get."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in COREUTILS:
        found = shutil.which(name)
        assert found is not None
        (folder / name).symlink_to(found)
    return folder


def _python(folder: Path, body: str) -> None:
    program = folder / "python3"
    program.write_text(f"#!/bin/bash\n{body}\n", encoding="utf-8")
    program.chmod(0o755)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_alone_it_says_what_there_is(language: str) -> None:
    result = _run(THONGSUOT_LANG=language)
    assert result.returncode == 0
    for command in ("demo", "test", "up -c", "check", "setup", "lock", "bundle", "install"):
        assert f"./run {command}" in result.stdout


def test_an_unknown_command_is_refused_with_the_list() -> None:
    result = _run("dmeo", THONGSUOT_LANG="en")
    assert result.returncode == 2
    assert 'There is no command "dmeo".' in result.stderr
    assert result.stdout == ""


def test_installing_tells_its_options_in_both_languages() -> None:
    for language, word in (("vi", "diễn tập"), ("en", "rehearsed")):
        said = _run("install", "--help", THONGSUOT_LANG=language)
        assert said.returncode == 0
        assert word in said.stdout
        for option in ("--from", "--prefix", "--listen", "--admin-password-file", "--dry-run"):
            assert option in said.stdout


def test_bundling_tells_its_options_in_both_languages() -> None:
    for language, word in (("vi", "mã kiểm tra"), ("en", "checksum")):
        said = _run("bundle", "--help", THONGSUOT_LANG=language)
        assert said.returncode == 0
        assert word in said.stdout
        assert "--output" in said.stdout
        assert "./run demo" not in said.stdout


@pytest.mark.skipif(shutil.which("apt-get") is None, reason="no Debian here")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-o",), "A file name must follow -o."),
        (("-o", "x.zip"), "The file must end in .tar.gz, .tar.zst or .tar."),
        (("--wheels",), '"--wheels" is not understood'),
    ],
)
def test_a_bundle_that_cannot_be_meant_is_refused(words: tuple[str, ...], said: str) -> None:
    result = _run("bundle", *words, THONGSUOT_LANG="en")
    assert result.returncode == 3
    assert said in result.stderr


def test_an_old_python_is_named(bare_path: Path) -> None:
    _python(bare_path, '[ "$1" = --version ] && echo "Python 3.9.2" || exit 1')
    result = _run("setup", PATH=str(bare_path), THONGSUOT_LANG="en")
    assert result.returncode == 3
    assert "Python 3.11 or newer is needed; this machine has: Python 3.9.2." in result.stderr


def test_without_apt_it_lists_what_to_install(bare_path: Path, tmp_path: Path) -> None:
    _python(bare_path, 'case "$*" in *ensurepip*) exit 1 ;; *) exit 0 ;; esac')
    result = _run(
        "setup", PATH=str(bare_path), THONGSUOT_LANG="en", THONGSUOT_VENV=str(tmp_path / "none")
    )
    assert result.returncode == 3
    assert "  victoria-metrics: time series behind the charts" in result.stderr
    assert "There is no apt-get here" in result.stderr
    assert "Without python3-venv no Python environment can be made." in result.stderr


def test_setting_up_counts_every_library_and_says_that_it_is_done(
    bare_path: Path, tmp_path: Path
) -> None:
    _python(bare_path, "exit 0")
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    lock = (ROOT / "requirements/run.txt").read_text(encoding="utf-8")
    count = sum("==" in line for line in lock.splitlines())
    said = "(( n % 2 )) && echo Collecting it || echo Processing /wheels/it.whl"
    pip = f'case "$*" in *-r*) for ((n = 0; n < {count}; n++)); do {said}; done ;; esac'
    (venv / "bin/python").write_text(f"#!/bin/bash\n{pip}\nexit 0\n", encoding="utf-8")
    (venv / "bin/python").chmod(0o755)
    result = _run("setup", PATH=str(bare_path), THONGSUOT_LANG="en", THONGSUOT_VENV=str(venv))
    assert result.returncode == 0, result.stderr
    lines = result.stderr.splitlines()
    assert f"  {count}/{count}" in lines
    assert lines[-1].startswith(f"Done. The command line: {venv}/bin/thongsuot")


def test_the_gate_runs_the_tests_and_nothing_else() -> None:
    lines = (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()
    said = [line for line in lines if line and not line.startswith("#")]
    assert said == ['exec "$(dirname "$0")/../run" test "$@"']
