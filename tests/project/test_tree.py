"""The tree speaks of the project alone: no machine's paths, no registry's address."""

import re
from pathlib import Path

import pytest

from tests.project.tree import ROOT, files

SELF = Path(__file__)
MACHINES = re.compile(
    rb"/work/|/home/[a-z]|/root/|/opt/(?:pypi|wheels)|/\.pyenv/|\.internal\b|10\.255\.255\."
)
REGISTRIES = re.compile(
    rb"pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|proxy\.golang\.org|crates\.io"
    rb"|(?:deb|archive|security)\.(?:debian|ubuntu)\.(?:org|com)|unpkg\.com|jsdelivr\.net"
)
NEIGHBOUR = re.compile(rb"\.\./shared")


def _naming(pattern: re.Pattern[bytes], among: list[Path]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}: {match[0].decode()}"
        for path in among
        if path != SELF
        for match in [pattern.search(path.read_bytes())]
        if match
    ]


@pytest.mark.parametrize("pattern", [MACHINES, REGISTRIES])
def test_no_file_names_a_machine_or_a_registry(pattern: re.Pattern[bytes]) -> None:
    assert _naming(pattern, list(files())) == []


def test_only_tests_know_that_a_shared_folder_may_stand_beside_the_tree() -> None:
    outside = [path for path in files() if not path.is_relative_to(ROOT / "tests")]
    assert _naming(NEIGHBOUR, outside) == []


def test_every_text_file_is_utf8_and_ends_with_a_line_feed() -> None:
    kinds = {".py", ".md", ".toml", ".css", ".js", ".html", ".j2", ".txt", ".po"}
    for path in files():
        if path.suffix in kinds:
            text = path.read_bytes().decode("utf-8")
            assert not text or text.endswith("\n"), path.relative_to(ROOT)
