"""This process makes the checks of its own vantage; those of others wait for whoever is there."""

from datetime import date

from core.inventory import Inventory, Service
from inventory.compiled import LookingDefaults
from runtime.estate_feed import EstateFeed
from tests.factories import FakeClock

LAND = Inventory(
    services=(
        Service(slug="trong", name="Trong", url="https://a.example/"),
        Service(slug="ngoai", name="Ngoài", url="https://a.example/", vantage="internet"),
    )
)


class Book:
    """An inventory that stands still."""

    async def version(self) -> int:
        return 1

    async def load(self, on: date | None = None) -> Inventory:
        return LAND


async def current(vantage: str) -> list[str]:
    names = {"center": "Trong TSLCD", "internet": "Từ Internet"}
    looking = LookingDefaults(vantage=vantage, vantages=names)
    feed = EstateFeed(Book(), looking, FakeClock())  # type: ignore[arg-type]
    await feed.refresh()
    assert len(feed.estate().checks) == 2, "the whole is known everywhere"
    assert feed.estate().vantages == names
    return [check.target for check in feed.current()]


async def test_each_vantage_makes_its_own_checks() -> None:
    assert await current("center") == ["trong"]
    assert await current("internet") == ["ngoai", "trong"], "a row without one is looked at here"
