"""Can an expression be a rule? Parsed when it is imported, so that a slip is told at its row.

promql-parser is Prometheus' own grammar; what an engine adds to it (MetricsQL) is refused, so that
a rule means the same on whatever engine comes next.
"""

from typing import Any

from inventory import faults
from inventory.faults import Fault

_COMPARING = frozenset({"==", "!=", ">", "<", ">=", "<="})


def fault_of(expression: str) -> Fault | None:
    """Return what is wrong with the expression of a rule, None if it can be asked."""
    import promql_parser  # noqa: PLC0415  (5 MB that most inventories never need)

    try:
        found = promql_parser.parse(expression)
    except ValueError as trouble:
        return faults.bad_expression(expression[:80], str(trouble))
    while isinstance(found, promql_parser.ParenExpr):
        found = found.expr
    if isinstance(
        found,
        promql_parser.MatrixSelector | promql_parser.NumberLiteral | promql_parser.StringLiteral,
    ):
        return faults.expression_without_series(expression[:80])
    if isinstance(found, promql_parser.BinaryExpr) and _filters(found):
        return faults.expression_that_compares(str(found.op))
    return None


def _filters(found: Any) -> bool:
    """Say whether an operation leaves series out rather than giving each a value."""
    return str(found.op) in _COMPARING and not (found.modifier and found.modifier.return_bool)
