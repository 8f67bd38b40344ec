"""Which files stay in one process, because they share what takes long to make?"""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

ENGINES = "tests/grafana"  # two engines, filled by a hub that watched a province: half a minute
TOGETHER = {
    "tests/grafana/test_boards.py": ENGINES,
    "tests/grafana/test_proxy.py": ENGINES,
    "tests/grafana/test_rules.py": ENGINES,
}


class Scheduling(LoadFileScheduling):  # type: ignore[misc]
    """As `--dist loadfile`, but that some files count as one."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        return TOGETHER.get(file, file)


def scheduling(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    """Return how the tests are shared out, None where another way was asked for."""
    return Scheduling(config, log) if config.getvalue("dist") == "loadfile" else None
