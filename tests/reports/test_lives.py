"""Whatever the rows of an inventory, the lives of each target make up the period exactly."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from core.inventory import Device, Inventory, Link, Room, Service, Site, Unit, UnitLevel
from core.watching import TargetKind
from reports.lives import Life, Units, lives_of
from reports.periods import second

FIRST = date(2026, 10, 1)
BEGIN, END = second(FIRST), second(date(2026, 11, 1))


@st.composite
def spans(draw: st.DrawFn) -> list[tuple[date, date | None]]:
    """Return rows of one identity: days around the month, apart or back to back."""
    days = sorted(draw(st.sets(st.integers(-10, 45), min_size=1, max_size=6)))
    edges = [FIRST + timedelta(days=n) for n in days]
    rows: list[tuple[date, date | None]] = list(pairwise(edges))
    rows = [row for row in rows if draw(st.booleans())]
    return [*rows, (edges[-1], None)] if draw(st.booleans()) or not rows else rows


def unit(slug: str, since: date, until: date | None, parent: str | None = None) -> Unit:
    level = UnitLevel.COMMUNE if parent else UnitLevel.PROVINCE
    return Unit(
        slug=slug, code="00001" if parent else "75", level=level, name=slug, parent=parent,
        province_code="75", valid_from=since, valid_to=until,
    )  # fmt: skip


@st.composite
def lands(draw: st.DrawFn) -> Inventory:
    """Return a land in which everything comes, goes and moves."""
    tops = [unit("t", FIRST - timedelta(days=400), None), unit("u", FIRST, None)]
    parents = st.sampled_from(["t", "u"])
    communes = [
        unit(slug, since, until, draw(parents))
        for slug in ("a", "b")
        for since, until in draw(spans())
    ]
    places = st.sampled_from(["a", "b", "t", "nowhere"])
    sites = [
        Site(slug=slug, name=slug, unit=draw(places), valid_from=since, valid_to=until)
        for slug in ("s1", "s2")
        for since, until in draw(spans())
    ]
    where = st.sampled_from(["s1", "s2"])
    devices = [
        Device(slug=slug, name=slug, site=draw(where), kind="router", address="10.0.0.1",
               valid_from=since, valid_to=until)
        for slug in ("d1", "d2")
        for since, until in draw(spans())
    ]  # fmt: skip
    return Inventory(
        units=(*tops, *communes),
        sites=tuple(sites),
        devices=tuple(devices),
        links=tuple(
            Link(slug="k", name="k", near="d1", far="d2", valid_from=since, valid_to=until)
            for since, until in draw(spans())
        ),
        rooms=tuple(
            Room(slug="r", name="r", site=draw(where), valid_from=since, valid_to=until)
            for since, until in draw(spans())
        ),
        services=tuple(
            Service(slug="w", name="w", url="https://a.vn", site=draw(st.none() | where),
                    valid_from=since, valid_to=until)
            for since, until in draw(spans())
        ),
    )  # fmt: skip


def by_target(lives: list[Life]) -> dict[str, list[Life]]:
    found: dict[str, list[Life]] = {}
    for life in lives:
        found.setdefault(life.target, []).append(life)
    return found


COUNTED = [kind for kind in TargetKind if kind is not TargetKind.GROUP]  # a group has no uptime


@given(lands(), st.sampled_from(COUNTED))
def test_lives_and_the_time_outside_make_up_the_period(land: Inventory, kind: TargetKind) -> None:
    found = lives_of(land, Units(land.units, BEGIN, END), kind, BEGIN, END)
    for lives in by_target(found).values():
        assert sum(life.end - life.begin + life.outside for life in lives) == END - BEGIN
        assert all(life.begin < life.end and life.outside >= 0 for life in lives)
        assert all(left.end <= right.begin for left, right in pairwise(lives))


@given(lands())
def test_a_site_lives_where_its_row_says_on_each_day(land: Inventory) -> None:
    found = lives_of(land, Units(land.units, BEGIN, END), TargetKind.SITE, BEGIN, END)
    for slug, lives in by_target(found).items():
        rows = [row for row in land.sites if row.slug == slug]
        for day in range(31):
            on = FIRST + timedelta(days=day)
            held = [r for r in rows if r.valid_from <= on and (not r.valid_to or r.valid_to > on)]
            here = [life for life in lives if life.begin <= second(on) < life.end]
            assert [row.unit for row in held] == [life.path[-1] for life in here]
