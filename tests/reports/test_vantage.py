"""Services are counted by the place from where they are looked at."""

from datetime import UTC, datetime

import pytest

from core.errors import Invalid
from core.inventory import Inventory, Service, Unit, UnitLevel
from core.watching import TargetKind
from reports.asking import asked
from reports.compose import plan, seconds
from reports.report import PeriodKind, ScopeKind

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)


def service(slug: str, vantage: str | None) -> Service:
    return Service(slug=slug, name=slug, url="https://a.example/", unit="dong-nai", vantage=vantage)


LAND = Inventory(
    units=(
        Unit(
            slug="dong-nai",
            code="75",
            level=UnitLevel.PROVINCE,
            name="Đồng Nai",
            province_code="75",
        ),
    ),
    services=(service("trong", None), service("ngoai", "internet"), service("xa", "xa-a")),
)


@pytest.mark.parametrize(
    ("vantage", "counted", "words"),
    [
        (None, ["ngoai", "trong", "xa"], "Đồng Nai"),
        ("internet", ["ngoai"], "Đồng Nai (nhìn từ internet)"),
        ("here", ["trong"], "Đồng Nai (nhìn từ nơi đặt hệ thống này)"),
        ("moon", [], "Đồng Nai (nhìn từ moon)"),
    ],
)
def test_a_report_holds_what_is_seen_from_there_and_says_so(
    vantage: str | None, counted: list[str], words: str
) -> None:
    request = asked(
        {ScopeKind.UNIT: "75"},
        {PeriodKind.MONTH: "2026-10"},
        NOW,
        kind=TargetKind.SERVICE,
        vantage=vantage,
    )
    found = plan(LAND, request, seconds(request.period.end))
    assert sorted(life.target for life in found.lives) == counted
    assert found.found.scope.name.vi == words
    assert sorted(life.target for life in found.before) == counted


def test_only_services_are_seen_from_somewhere() -> None:
    with pytest.raises(Invalid) as refused:
        asked({ScopeKind.UNIT: "75"}, {PeriodKind.MONTH: "2026-10"}, NOW, vantage="internet")
    assert [problem.key for problem in refused.value.problems] == ["vantage"]
