"""One row of `measures`, edited by itself: what would be written, or what does not fit, by field.

Pages, interface and command line write by this, and this by the plan of an import.
"""

from collections.abc import Mapping
from datetime import date

from core.collector import Collector
from core.errors import Conflict, Invalid, NotFound, Problem
from core.inventory import Inventory, Measure
from core.text import Text
from inventory.faults import Fault
from inventory.intake import fitted
from inventory.plan import Plan, as_of, holds, plan
from inventory.tables import BY_NAME
from inventory.templating import amiss, given, templates

TABLE = "measures"
_LONGEST = 63  # of a slug

Collectors = Mapping[str, Collector]


def in_use(inventory: Inventory, slug: str, on: date) -> Measure:
    """Return the row that holds on a day; NotFound."""
    for row in inventory.measures:
        if row.slug == slug and holds(row, on):
            return row
    raise NotFound(Text(f"Không có phép đo {slug}", f"There is no measure {slug}"))


def proposed_slug(inventory: Inventory, target: str, template: str) -> str:
    """Return a slug that no row has had: the target and the template, and a number if need be."""
    known = {row.slug for row in inventory.measures}
    slug = f"{target}-{template}"[:_LONGEST]
    number = 1
    while slug in known:
        number += 1
        slug = f"{f'{target}-{template}'[: _LONGEST - 1 - len(str(number))]}-{number}"
    return slug


def added(current: Inventory, row: Measure, on: date, collectors: Collectors | None = None) -> Plan:
    """Return the plan that adds a row; Conflict if its slug is taken, Invalid as `changed`."""
    if any(one.slug == row.slug for one in as_of(current, on).measures):
        raise Conflict(
            Text(f"Đã có phép đo {row.slug}", f"There is a measure {row.slug} already"),
        )
    return _plan(current, row, on, collectors)


def changed(
    current: Inventory, row: Measure, on: date, collectors: Collectors | None = None
) -> Plan:
    """Return the plan that lets a row be otherwise; NotFound, or Invalid by column and field."""
    before = in_use(current, row.slug, on)
    return _plan(current, row.model_copy(update={"valid_from": before.valid_from}), on, collectors)


def ended(current: Inventory, slug: str, on: date) -> Plan:
    """Return the plan that ends a row today; NotFound."""
    gone = in_use(current, slug, on)
    left = tuple(row for row in current.measures if row is not gone)
    return plan(current, current.model_copy(update={TABLE: left}), on, (TABLE,))


def check(row: Measure, collectors: Collectors | None = None) -> None:
    """Raise Invalid with everything that is wrong with what a template was filled in with."""
    if wrong := [_problem(row, key, fault) for key, fault in amiss(row, collectors)]:
        raise Invalid(wrong)


def _plan(current: Inventory, row: Measure, on: date, collectors: Collectors | None) -> Plan:
    check(row, collectors)
    others = [one for one in current.measures if one.slug != row.slug or not holds(one, on)]
    desired = current.model_copy(update={TABLE: (*others, row)})
    try:
        return fitted(current, desired, on, (TABLE,), collectors)
    except Invalid as wrong:  # of one row no key has to say of which
        raise Invalid(
            [
                Problem(one.file, one.what, one.mend, key=one.key.removeprefix(f"{row.slug}."))
                if one.key
                else one
                for one in wrong.problems
            ]
        ) from wrong


def _problem(row: Measure, key: str, fault: Fault) -> Problem:
    """Return a fault as one of the column or the field alone, which its key names."""
    file, name = BY_NAME[TABLE].file, key.removeprefix("params.")
    template = templates().get(row.template)
    if name == key or template is None or name not in template.fields:
        return Problem(file, fault.what, fault.mend, key=key)
    value, example = (given(row.params) or {}).get(name), template.fields[name].example
    what = (
        Text(f"“{value}” không dùng được", f"“{value}” is not usable")
        if value
        else Text("chưa điền", "not filled in")
    )
    return Problem(file, what, Text(f"Ví dụ: {example}", f"Such as: {example}"), key=key)
