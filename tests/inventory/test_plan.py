from collections import defaultdict
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings

from core.inventory import EPOCH, Contact, Dated, Inventory
from inventory.plan import Plan, applied, as_of, holds, is_past, plan
from inventory.tables import TABLES, identity, key, rows
from tests.inventory.strategies import ON, inventories, overlaps, small

YESTERDAY = ON - timedelta(days=1)
quick = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)


def _without_days(inventory: Inventory, on: date) -> dict[str, set[object]]:
    """What holds on a day, without when it began to hold."""
    return {
        table.name: {
            row.model_copy(update={"valid_from": EPOCH}) if isinstance(row, Dated) else row
            for row in rows(as_of(inventory, on), table.name)
        }
        for table in TABLES
    }


def _sorted(inventory: Inventory) -> Inventory:
    return Inventory.model_validate(
        {table.name: tuple(sorted(rows(inventory, table.name), key=key)) for table in TABLES}
    )


@given(inventories)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_a_first_import_gives_exactly_what_was_asked_for(desired: Inventory) -> None:
    first = plan(Inventory(), desired, ON)
    assert first.result == _sorted(desired)
    assert first.result == applied(Inventory(), first.changes)
    assert not first.changed
    assert not first.retired


@given(small, small)
@quick
def test_a_plan_applied_gives_what_was_asked_for_on_that_day(
    current: Inventory, desired: Inventory
) -> None:
    done = plan(current, desired, ON)
    assert applied(current, done.changes) == done.result
    assert _without_days(done.result, ON) == _without_days(desired, ON)


@given(small, small)
@quick
def test_a_second_plan_is_empty(current: Inventory, desired: Inventory) -> None:
    result = plan(current, desired, ON).result
    again = plan(result, desired, ON)
    assert again.empty
    assert again.result == result
    assert plan(result, result, ON).empty


@given(small, small)
@quick
def test_history_that_the_folder_does_not_mention_stays(
    current: Inventory, desired: Inventory
) -> None:
    result = plan(current, desired, ON).result
    for table in TABLES:
        asked = {key(row) for row in rows(desired, table.name)}
        kept = set(rows(result, table.name))
        for row in rows(current, table.name):
            if is_past(row, ON) and key(row) not in asked:
                assert row in kept


@given(small)
@quick
def test_leaving_out_everything_retires_all_that_lives_and_rewrites_no_day_before(
    current: Inventory,
) -> None:
    result = plan(current, Inventory(), ON).result
    for table in TABLES:
        assert not [row for row in rows(result, table.name) if holds(row, ON)]
        if issubclass(table.model, Dated):
            before = rows(as_of(current, YESTERDAY), table.name)
            after = rows(as_of(result, YESTERDAY), table.name)
            assert {key(row) for row in after} == {key(row) for row in before}


@given(small, small)
@quick
def test_a_plan_makes_overlaps_only_where_the_folder_contradicts_history(
    current: Inventory, desired: Inventory
) -> None:
    result = plan(current, desired, ON).result
    for table in TABLES:
        found: defaultdict[object, list[Dated]] = defaultdict(list)
        for row in rows(result, table.name):
            if isinstance(row, Dated):
                found[identity(row)].append(row)
        known = rows(current, table.name)
        for who, spans in found.items():
            mixed = any(
                identity(r) == who and isinstance(r, Dated) and is_past(r, ON) for r in known
            )
            assert mixed or not overlaps(spans)


def _contact(slug: str = "an", **changes: object) -> Contact:
    fields: dict[str, object] = {"slug": slug, "name": "An", "email": "an@donvi.vn"}
    return Contact.model_validate(fields | changes)


def _plan(current: list[Contact], desired: list[Contact], on: date = ON) -> Plan:
    return plan(Inventory(contacts=tuple(current)), Inventory(contacts=tuple(desired)), on)


def test_a_missing_row_is_retired_today() -> None:
    done = _plan([_contact(), _contact("binh")], [_contact()])
    assert [step.name for step in done.retired] == ["binh"]
    assert done.result.contacts[1].valid_to == ON
    assert done.retiring["contacts"] == (1, 2)


def test_a_retired_row_that_comes_back_opens_a_new_span() -> None:
    retired = _plan([_contact()], []).result.contacts
    later = ON + timedelta(days=30)
    back = _plan(list(retired), [_contact()], later)
    assert [(row.valid_from, row.valid_to) for row in back.result.contacts] == [
        (EPOCH, ON),
        (later, None),
    ]
    assert _plan(list(back.result.contacts), [_contact()], later + timedelta(days=1)).empty


def test_a_row_that_was_given_a_beginning_ends_the_one_before_it() -> None:
    began = ON - timedelta(days=10)
    done = _plan([_contact()], [_contact(valid_from=began, name="An (mới)")])
    assert [(r.valid_from, r.valid_to) for r in done.result.contacts] == [
        (EPOCH, began),
        (began, None),
    ]
    assert not done.retired
    assert done.retiring["contacts"] == (0, 1)


def test_an_earlier_beginning_replaces_the_row() -> None:
    done = _plan([_contact(valid_from=ON)], [_contact(valid_from=YESTERDAY)])
    assert done.result.contacts == (_contact(valid_from=YESTERDAY),)


def test_a_row_without_a_beginning_means_the_present_one() -> None:
    done = _plan([_contact(valid_from=YESTERDAY)], [_contact(phone="0912345678")])
    assert done.result.contacts == (_contact(valid_from=YESTERDAY, phone="0912345678"),)
    assert [d.field for d in done.changed[0].differences] == ["phone"]


def test_a_row_made_and_left_out_on_one_day_vanishes() -> None:
    done = _plan([_contact(valid_from=ON)], [])
    assert done.result.contacts == ()
    assert [step.name for step in done.retired] == ["an"]


def test_a_table_without_a_file_is_left_as_it_is() -> None:
    done = plan(Inventory(contacts=(_contact(),)), Inventory(), ON, tables={"units"})
    assert done.empty


def test_one_row_in_ten_may_go_unasked_and_no_more() -> None:
    ten = [_contact(f"c{number}") for number in range(10)]
    assert not _plan(ten, ten[1:]).excessive()
    assert _plan(ten, ten[2:]).excessive() == ("contacts",)
    ended = [row.model_copy(update={"valid_to": YESTERDAY}) for row in ten]
    assert _plan(ten, ended).excessive() == ("contacts",)
    assert not _plan([], []).excessive()
