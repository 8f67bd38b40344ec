"""Every row of the checklist is looked at by something, or says why it is not."""

from inventory.checklist import rows
from inventory.profiles import PROFILES
from inventory.templating import templates
from runtime import coverage_page, registries

COUNTS = {"A": 5, "B": 7, "C": 5, "D": 14, "E": 4}  # rows of DOMAIN's checklist


def test_the_rows_are_those_of_the_checklist() -> None:
    codes = [row.code for row in rows()]
    assert codes == [f"{part}{n}" for part, count in COUNTS.items() for n in range(1, count + 1)]


def test_each_row_is_served_or_says_why_not() -> None:
    served = {code for template in templates().values() for code in template.rows}
    for row in rows():
        looked_at = row.code in served or row.profiles or row.collectors or row.parts
        assert bool(looked_at) is not bool(row.unpolled), row.code


def test_templates_profiles_and_collectors_that_rows_name_are_there() -> None:
    known, codes = registries.collectors(), {row.code for row in rows()}
    for row in rows():
        assert set(row.profiles) <= PROFILES.keys()
        assert set(row.collectors) <= known.keys()
    for template in templates().values():
        assert set(template.rows) <= codes
        assert {look.collector for look in template.checks} <= known.keys()


def test_the_page_has_a_line_for_each_row() -> None:
    page = coverage_page.markdown()
    assert all(f"| **{row.code}** " in page for row in rows())
