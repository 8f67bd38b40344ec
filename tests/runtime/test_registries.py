"""Is everything that stands in a registry's folder found, and what does not belong refused?"""

from pathlib import Path

import pytest

from core.collector import Collector
from runtime.registries import Unregistered, channels, collectors, scan


def test_every_collector_is_found_by_its_name() -> None:
    assert {"icmp", "tcp", "snmp_system", "snmp_interfaces"} <= collectors().keys()


def test_every_channel_is_found_by_its_name() -> None:
    assert {"email", "webhook"} <= channels().keys()


@pytest.mark.parametrize("body", ["", "COLLECTOR = 1", "from collectors.icmp import COLLECTOR"])
def test_a_public_module_without_its_own_collector_is_refused(
    body: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    package = f"ways_{request.node.callspec.indices['body']}"
    (tmp_path / package).mkdir()
    (tmp_path / package / "__init__.py").touch()
    (tmp_path / package / "_private.py").touch()
    (tmp_path / package / "smell.py").write_text(body)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(Unregistered, match=f'{package}.smell must hold a COLLECTOR named "smell"'):
        scan(package, "COLLECTOR", Collector)
