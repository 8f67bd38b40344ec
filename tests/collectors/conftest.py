"""Fixtures of the collectors' tests."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.collectors.land import Land, land


@pytest.fixture
def world() -> Iterator[Land]:
    """A network of our own that answers as the test says."""
    if os.geteuid() != 0 or not Path("/dev/net/tun").exists():
        pytest.skip("a played network needs root and /dev/net/tun")
    with land() as made:
        yield made
