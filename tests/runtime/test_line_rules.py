"""The rules on ports of lines that come along, asked of both engines: errors, discards, flaps."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.labels import Series
from inventory.promql import fault_of
from inventory.template import BEGINNING
from tests.storage.series_engines import BOTH, an_engine

NOW = datetime(2026, 11, 30, 3, tzinfo=UTC)
MINUTES = [NOW - timedelta(minutes=m) for m in range(90, -1, -1)]
RULES = {rule.slug: rule for rule in BEGINNING.rules}
OF_LINES = ("loi-khung", "bo-goi-nhieu", "chap-chon-cong", "bang-thong-p95")


def port(name: str, metric: str) -> Series:
    return Series.of(metric, (), instance="gw", ifName=name, job="thongsuot", site="xa")


def grown(per_minute: float) -> list[tuple[datetime, float]]:
    return [(at, 5000 + per_minute * n) for n, at in enumerate(MINUTES)]


def ends(link: str, name: str) -> tuple[Series, list[tuple[datetime, float]]]:
    series = Series.of("link_end_info", (), link=link, end="far", instance="gw", ifName=name)
    return series, [(at, 1.0) for at in MINUTES]


def samples() -> Mapping[Series, list[tuple[datetime, float]]]:
    """Return a bad port, a calm one that carries two lines, and one that carries none."""
    use = Series.of("link_use_p95_ratio", (), link="bad", direction="in")
    flapping = [(at, 100.0 + 7 * (n // 8)) for n, at in enumerate(MINUTES)]
    return dict(
        [
            ends("bad", "wan0"),
            ends("calm", "wan1"),
            ends("calm-too", "wan1"),
            (port("wan0", "ifInErrors"), grown(60)),
            (port("wan0", "ifHCInUcastPkts"), grown(5940)),
            (port("wan0", "ifOutDiscards"), grown(600)),
            (port("wan0", "ifHCOutUcastPkts"), grown(11400)),
            (port("wan0", "ifLastChange"), flapping),
            (port("wan1", "ifInErrors"), grown(0)),
            (port("wan1", "ifHCInUcastPkts"), grown(0)),
            (port("wan1", "ifOutDiscards"), grown(0)),
            (port("wan1", "ifHCOutUcastPkts"), grown(60000)),
            (port("wan1", "ifLastChange"), [(at, 5.0) for at in MINUTES]),
            (port("lan", "ifInErrors"), grown(9999)),
            (use, [(at, 0.932) for at in MINUTES]),
        ]
    )


@pytest.mark.parametrize("slug", OF_LINES)
def test_a_rule_on_lines_may_be_imported(slug: str) -> None:
    assert fault_of(RULES[slug].metric) is None
    assert RULES[slug].kind == "link"


@pytest.mark.parametrize("name", BOTH)
async def test_each_line_is_told_by_the_worst_of_its_ports(name: str, tmp_path: Path) -> None:
    async with an_engine(name, tmp_path, samples()) as reader:
        found = {
            slug: {
                point.labels["link"]: point.value
                for point in await reader.query(RULES[slug].metric, NOW)
            }
            for slug in OF_LINES
        }
    assert found["loi-khung"] == {
        "bad": pytest.approx(1.0, rel=0.02),
        "calm": 0.0,
        "calm-too": 0.0,
    }
    assert found["bo-goi-nhieu"]["bad"] == pytest.approx(5.0, rel=0.02)
    assert found["chap-chon-cong"]["bad"] == pytest.approx(7, abs=1)
    assert found["chap-chon-cong"]["calm"] == 0
    assert found["bang-thong-p95"] == {"bad": pytest.approx(93.2)}
    for slug in OF_LINES:
        assert found[slug]["bad"] > RULES[slug].threshold, slug
        assert found[slug].get("calm", 0) < RULES[slug].threshold, slug
