"""Declared figures become series while they are fresh; their age goes on for ever."""

from datetime import date, timedelta

from core.unitfigures import UnitFigures
from runtime.catalogue import catalogue
from runtime.figure_series import FigureSeries, series
from storage.ledger import Ledger
from tests.factories import DAWN, FakeClock

BASE = (("job", "thongsuot"),)


async def told(of: FigureSeries) -> dict[str, float]:
    await of.refresh()
    return {str(one): value for one, value in of.samples(BASE)}


async def test_values_end_when_they_are_stale_and_the_age_does_not(sqlite_ledger: Ledger) -> None:
    clock = FakeClock()
    today = DAWN.date()
    await sqlite_ledger.unit_figures.gather(
        [
            UnitFigures(
                list="antivirus", unit="dak-o", organisation="vp", part="Bkav", begin=today,
                span="day", values={"machines": 20, "infected": 1, "signature_age": 3},
            )
        ],
        "av.csv", "an", DAWN,
    )  # fmt: skip
    own = FigureSeries(sqlite_ledger, clock)
    whom = 'organisation="vp",{}unit="dak-o"'
    base = 'job="thongsuot",' + whom.format('product="Bkav",')
    named = 'job="thongsuot",list="antivirus",' + whom.format('part="Bkav",')
    shared = 'job="thongsuot",list="antivirus",' + whom.format('part="Bkav",share="infected",')
    fresh = await told(own)
    assert fresh == {
        f"unit_figures_age_seconds{{{named}}}": 0.0,
        f"unit_antivirus_machines{{{base}}}": 20.0,
        f"unit_antivirus_infected_machines{{{base}}}": 1.0,
        f"unit_antivirus_signature_age_seconds{{{base}}}": 3 * 86400.0,
        f"unit_figures_ratio{{{shared}}}": 0.05,
    }
    clock.advance(timedelta(days=36).total_seconds())
    assert await told(own) == {f"unit_figures_age_seconds{{{named}}}": 36 * 86400.0}


async def test_a_station_of_each_technology_is_a_series_of_its_own(sqlite_ledger: Ledger) -> None:
    await sqlite_ledger.unit_figures.gather(
        [
            UnitFigures(
                list="bts", unit="dak-o", part="Viettel", begin=date(DAWN.year, DAWN.month, 1),
                span="month", values={"stations_4g": 9, "stations_5g": 2, "covered": 0.98},
            )
        ],
        "bts.csv", "an", DAWN,
    )  # fmt: skip
    found = await told(FigureSeries(sqlite_ledger, FakeClock()))
    head = 'unit_base_stations_by_technology{job="thongsuot",operator="Viettel",technology='
    assert {key: value for key, value in found.items() if key.startswith(head)} == {
        f'{head}"4G",unit="dak-o"}}': 9.0,
        f'{head}"5G",unit="dak-o"}}': 2.0,
    }


def test_every_name_is_in_the_catalogue() -> None:
    assert {name for name, _, _ in series()} <= set(catalogue())
