"""How long do the long tests run? Briefly, or at full length with `./run test --full`."""

from pathlib import Path

import pytest
from hypothesis import settings

HERE = Path(__file__).parent
FULL_TIMEOUT = 3 * 3600  # seconds for one test at full length


def add_option(parser: pytest.Parser) -> None:
    """Add `--full` to pytest."""
    parser.addoption(
        "--full", action="store_true", help="soaks, fuzzing and crash rounds at full length"
    )


def apply(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give the long tests the time they need, and fuzzing ten times the examples."""
    if not config.getoption("--full"):
        return
    settings.register_profile("full", max_examples=1000, deadline=None)
    settings.load_profile("full")
    for item in items:
        if item.get_closest_marker("full"):
            item.add_marker(pytest.mark.timeout(FULL_TIMEOUT), append=False)


# The files that take longest: a worker that begins one of them last keeps all others waiting.
LONGEST = (
    "scenarios/test_cuts.py",
    "grafana/test_boards.py",
    "runtime/test_demo_boards.py",
    "grafana/test_proxy.py",
    "grafana/test_rules.py",
    "project/test_tools.py",
    "lab/test_networks.py",
    "scenarios/test_crash.py",
    "manual/test_manual.py",
    "api/test_browser.py",
    "api/test_meetings_browser.py",
    "runtime/test_meeting_of_140.py",
    "runtime/test_backup.py",
    "scenarios/test_spool.py",
    "storage/test_copies.py",
    "inventory/test_csvfiles.py",
    "inventory/test_long_lists.py",
    "alerts/channels/test_conformance.py",
    "runtime/test_jobs.py",
    "runtime/test_cli_inventory.py",
    "runtime/test_cli_lists.py",
)


def longest_first(items: list[pytest.Item]) -> None:
    """Put the tests of the files that take longest before all others, which keep their order."""
    place = {HERE / name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path, len(place)))
