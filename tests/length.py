"""How long do the long tests run? Briefly, or at full length with `./run test --full`."""

import pytest
from hypothesis import settings

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
