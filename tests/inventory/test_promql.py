"""PromQL of rules is read when it is imported, and refused with its place and the mend."""

import pytest

from core.inventory import Inventory
from inventory import lists
from inventory.promql import fault_of
from tests.factories import DAWN

HEAD = "slug,name,metric,value,threshold,duration,window"


@pytest.mark.parametrize(
    "expression",
    [
        "max by (site) (avg_over_time(probe_loss_ratio[10m]))",
        "sum by (link) (rate(ifHCInOctets[5m])) * 8 / on (link) link_capacity_bits_per_second",
        "quantile_over_time(0.95, probe_duration_seconds[1h])",
        "(probe_loss_ratio > bool 0.1)",
    ],
)
def test_what_yields_a_value_per_series_is_taken(expression: str) -> None:
    assert fault_of(expression) is None


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("rate(probe_loss_ratio[5m]", "unclosed left parenthesis"),
        ("rate(probe_loss_ratio)", "expected type matrix"),
        ("nofunc(x)", "unknown function"),
        ("probe_loss_ratio[5m]", "does not yield a value per series"),
        ("42", "does not yield a value per series"),
        ("max by (site) (probe_loss_ratio) > 0.05", 'compares by ">"'),
        ("((probe_loss_ratio == 1))", 'compares by "=="'),
    ],
)
def test_what_cannot_be_a_rule_is_refused_with_its_line_and_column(
    expression: str, said: str
) -> None:
    text = f'{HEAD}\nmat-goi,Mất gói,"{expression}",expression,0.05,5,\n'
    found = lists.propose("rules.csv", text.encode(), Inventory(), DAWN.date())
    problems = [p for p in found.problems if p.key == "metric"]
    assert [(p.line, said in p.what.en) for p in problems] == [(2, True)], found.problems


def test_a_window_beside_an_expression_is_refused() -> None:
    text = f"{HEAD}\nmat-goi,Mất gói,probe_loss_ratio,expression,0.05,5,10\n"
    found = lists.propose("rules.csv", text.encode(), Inventory(), DAWN.date())
    assert [p.key for p in found.problems] == ["window"]
