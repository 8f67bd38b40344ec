"""The pretend province's rota is one that a province would be content with."""

from datetime import UTC, datetime, timedelta

from alerts.rota import holes, rosters
from core.rota import DutyRows
from lab import duty

BEGIN = datetime(2026, 12, 1, tzinfo=UTC)


def test_nobody_is_told_twice_and_somebody_always() -> None:
    pretend = duty.on_duty("tinh")
    rows = DutyRows(pretend.rotas, pretend.rota_rules)
    roster = rosters(rows, BEGIN.date())[duty.ROTA]
    assert holes(roster, BEGIN, BEGIN + timedelta(days=60)) == []
