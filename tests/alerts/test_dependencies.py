"""A service whose database failed is told with the database, and by nobody's own page."""

from datetime import timedelta

from core.incident import Purpose
from core.reading import Reading
from core.status import Status
from core.text import Text
from core.watching import Estate
from reports.causes import in_words
from tests.alerts.province import reach_check, service
from tests.alerts.test_rooms_and_services import REFUSED, SILENT, WHAT, WRONG, Land, plain


def needing(**needs: tuple[tuple[str, ...], ...]) -> Estate:
    """Return the land with services outside it, named by their needs."""
    made = [
        service(slug.replace("_", "-"), None).model_copy(update={"needs": needs[slug]})
        for slug in needs
    ]
    by_slug = {t.slug: t for t in (*WHAT.targets, *made)}
    checks = [
        reach_check(t, by_slug).model_copy(update={"slug": f"{t.slug}/http", "collector": "http"})
        for t in made
    ]
    land = Estate(targets=(*WHAT.targets, *made), checks=(*WHAT.checks, *checks))
    return plain(land)


WEB = needing(
    database=(),
    spare=(),
    shop=(("database",),),
    safe=(("database", "spare"),),
    front=(("shop",), ("bridge",)),
    a=(("b",),),
    b=(("a",),),
)


def test_what_a_service_needs_explains_its_failure() -> None:
    land = Land(WEB)
    land.minute({"database": REFUSED, "shop": WRONG, "front": WRONG})
    (incident,) = land.brain.incidents
    assert incident.root == "database"
    assert set(incident.present) == {"database", "shop", "front"}
    for slug in ("shop", "front"):
        state = land.brain.states[slug]
        assert (state.status, state.reason, state.cause) == (
            Status.UNREACHABLE,
            "dependency_failed",
            "database",
        )
    assert "Dịch vụ ngừng theo: Cổng front, Cổng shop" in land.body("database")
    land.minute({"shop": WRONG})
    land.minute({"shop": WRONG})
    (left,) = land.brain.incidents  # the database is back, the shop is not: its own trouble
    assert left.root == "shop"


def test_what_goes_on_answering_is_well_whatever_it_needs() -> None:
    land = Land(WEB)
    land.minute({"database": REFUSED})
    assert land.status("shop") is Status.UP
    (incident,) = land.brain.incidents
    assert incident.present == ("database",)


def test_one_of_several_is_enough() -> None:
    land = Land(WEB)
    land.minute({"database": REFUSED, "safe": WRONG})
    assert land.incident("safe").root == "safe"  # the spare answers: it is a trouble of its own
    land.minute({"database": REFUSED, "spare": REFUSED, "safe": WRONG})
    assert land.brain.states["safe"].cause in {"database", "spare"}


def test_a_device_it_needs_takes_it_along_with_what_is_above_that() -> None:
    land = Land(WEB)
    land.minute({"bridge": SILENT, "core": SILENT, "core2": SILENT, "front": WRONG})
    state = land.brain.states["front"]
    assert state.status is Status.UNREACHABLE
    assert any("front" in i.present and i.root != "front" for i in land.brain.incidents)


def test_a_dependency_that_is_heard_of_later_takes_its_dependants_back() -> None:
    land = Land(WEB)
    land.minute({"shop": WRONG})
    assert land.incident("shop").root == "shop"
    land.minute({"shop": WRONG, "database": REFUSED})
    (incident,) = land.brain.incidents
    assert incident.root == "database"
    assert [i.merged_into for i in land.ended] == [incident.id]


def test_whoever_fails_first_is_not_told_before_what_it_needs_was_asked() -> None:
    land = Land(WEB)
    land.now += timedelta(seconds=30)
    told = []
    for slug, failure in (("shop", WRONG), ("database", REFUSED)):
        outcome = land.brain.feed(
            [Reading(f"{slug}/http", "center", land.now, failure=failure)], land.now
        )
        told += [n for n in outcome.notifications if n.purpose is Purpose.PROBLEM]
        land.now += timedelta(seconds=5)
    told += [
        n
        for _ in range(30)
        for n in land.brain.tick(land.now).notifications
        if n.purpose is Purpose.PROBLEM
    ]
    codes = {n.incident for n in told}
    assert codes == {land.incident("database").id}


def test_services_that_need_each_other_do_not_stop_the_walk() -> None:
    land = Land(WEB)
    land.minute({"a": WRONG, "b": WRONG})
    assert len(land.brain.incidents) == 1


def test_a_report_says_what_it_went_down_with() -> None:
    said = in_words("dependency_failed", Text("Cơ sở dữ liệu", "the database"))
    assert said.vi == "ngừng theo Cơ sở dữ liệu"
