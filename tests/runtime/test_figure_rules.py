"""A rule on what others declare: old signatures of a unit fire at its sites, in a real engine."""

from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import LOCAL, SystemClock
from core.inventory import Rule
from core.labels import Series
from core.unitfigures import UnitFigures
from inventory.promql import fault_of
from runtime import figures_page
from runtime.figure_series import FigureSeries
from storage.ledger import Ledger
from storage.series import SeriesReader
from tests.alerts.province import estate
from tests.factories import FakeClock
from tests.grafana.engines import PROMETHEUS, VICTORIA, engine, missing
from tests.runtime.test_rule_asking import Land
from tests.runtime.test_rules_command import write

NOW = SystemClock().now().replace(microsecond=0)
DOCUMENTED = figures_page.HEAD.partition("```promql\n")[2].partition("\n```")[0]
OLD = Rule(
    slug="mau-cu",
    name="Mẫu diệt vi-rút quá 7 ngày",
    metric=DOCUMENTED,
    value="expression",
    threshold=7,
    recovery=7,
    duration=1,
    enabled=True,
)


def test_the_documented_expression_is_one_that_rules_take() -> None:
    assert fault_of(DOCUMENTED) is None


@pytest.mark.skipif(bool(missing()), reason="the engines are not installed")
@pytest.mark.parametrize("name", [VICTORIA, PROMETHEUS])
async def test_old_signatures_fire_at_the_sites_of_the_unit(
    name: str, tmp_path: Path, sqlite_ledger: Ledger
) -> None:
    today = NOW.astimezone(LOCAL).date()
    rows = [
        UnitFigures(
            list="antivirus", unit=unit, part=part, begin=today, span="day",
            values={"machines": 9, "signature_age": age},
        )
        for unit, part, age in (("xa-1", "Bkav", 2), ("xa-1", "KES", 12), ("xa-2", "Bkav", 3))
    ]  # fmt: skip
    await sqlite_ledger.unit_figures.gather(rows, "av.csv", "an", NOW)
    declared = FigureSeries(sqlite_ledger, FakeClock(NOW))
    await declared.refresh()
    sites = [
        (Series.of("site_info", site=site, unit=unit, job="thongsuot"), 1.0)
        for site, unit in (("c11", "xa-1"), ("c12", "xa-2"))
    ]
    samples = [*declared.samples((("job", "thongsuot"),)), *sites]
    begin = NOW - timedelta(minutes=10)
    batches = [(begin + timedelta(seconds=30 * step), samples) for step in range(12)]
    (tmp_path / "engine").mkdir()
    async with engine(name, tmp_path / "engine") as base:
        await write(base, name, batches)
        reader = SeriesReader(base)
        what = estate(hubs=1, communes=2).model_copy(update={"rules": (OLD,)})
        stage = Land(reader, what, begin)
        try:
            await stage.until(begin + timedelta(minutes=4))
        finally:
            await reader.aclose()
    assert stage.open_ones() == [("mau-cu", "c11")]
