"""One row of measures is edited by the plan of an import, and refused by column and field."""

from datetime import timedelta

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from core.errors import Conflict, Invalid, NotFound
from core.inventory import Inventory, Measure
from inventory.measuring import added, changed, ended, in_use, proposed_slug
from inventory.plan import holds
from inventory.templating import checks, given, made_by, templates, written
from tests.inventory.builders import ON, a_land, a_service

WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True)


@drawn(st.dictionaries(NAMES, st.lists(WORDS, min_size=1, max_size=3).map(" ".join), max_size=4))
def test_what_is_written_into_a_cell_is_read_again(values: dict[str, str]) -> None:
    assert (given(written(values)) or {}) == values


def province(*measures: Measure) -> Inventory:
    portal = a_service("cong", "https://a.vn/")
    return a_land().model_copy(update={"services": (portal,), "measures": measures})


def row(**fields: object) -> Measure:
    params = {
        "slug": "m",
        "target": "cong",
        "template": "web-portal",
        "params": "url=https://a.vn/",
    }
    return Measure.model_validate(params | fields)


def test_a_row_is_added_changed_and_ended_and_its_past_stays() -> None:
    with_it = added(province(), row(), ON).result
    assert in_use(with_it, "m", ON).params == "url=https://a.vn/"
    other = changed(with_it, row(interval=60), ON).result
    assert in_use(other, "m", ON).interval == 60
    later = ON + timedelta(days=3)
    left = ended(other, "m", later).result
    assert [one.valid_to for one in left.measures] == [later]
    assert holds(left.measures[0], ON)
    with pytest.raises(NotFound):
        in_use(left, "m", later)
    again = added(left, row(params="url=https://b.vn/"), later + timedelta(days=1)).result
    assert [one.params for one in again.measures] == ["url=https://a.vn/", "url=https://b.vn/"]


def test_a_slug_that_is_taken_is_not_taken_twice() -> None:
    current = province(row(slug="cong-web-portal"))
    assert proposed_slug(current, "cong", "web-portal") == "cong-web-portal-2"
    assert proposed_slug(current, "d" * 63, "web-portal") == "d" * 63
    with pytest.raises(Conflict):
        added(current, row(slug="cong-web-portal"), ON)


def test_everything_that_does_not_fit_is_said_at_once_by_column_and_field() -> None:
    with pytest.raises(Invalid) as refusal:
        added(province(), row(params="url=a; max_age_days=x; keywrd=b"), ON)
    keys = [problem.key for problem in refusal.value.problems]
    assert sorted(keys, key=str) == ["params.keywrd", "params.max_age_days", "params.url"]
    with pytest.raises(Invalid) as refusal:
        added(province(), row(target="khong-co"), ON)
    assert [problem.key for problem in refusal.value.problems] == ["target"]


def test_what_was_wrong_before_does_not_stand_in_the_way() -> None:
    broken = row(slug="cu", target="khong-co")
    found = added(province(broken), row(), ON)
    assert [step.name for step in found.added] == ["m"]


@pytest.mark.parametrize("name", sorted(templates()))
def test_the_checks_of_a_row_are_known_again(name: str) -> None:
    values = {field: entry.example for field, entry in templates()[name].fields.items()}
    mine = row(template=name, params=written(values), secret="robot")
    other = mine.model_copy(update={"slug": "m-2"})
    made = list(checks(mine, "a.vn", "center", ()))
    assert made
    assert all(made_by(mine, check) for check in made)
    assert not any(made_by(other, check) for check in made)
