"""Of which series is a chart made?"""

import pytest

from api.panels import _QUERIES, _UNNAMED, Panel
from core.watching import Estate, TargetKind
from runtime.registries import collectors
from tests.factories import a_check, a_target

DURATION = "probe_duration_seconds"
LABELS = (("check", "thu"), ("instance", "thu-dien-tu"))
SERVICE = a_target("thu-dien-tu", kind=TargetKind.SERVICE)


@pytest.mark.parametrize("panel", ["response", "rtt"])
@pytest.mark.parametrize(("collector", "named"), [("tls", "tls"), ("tcp", "")])
def test_how_long_a_letter_was_on_its_way_is_no_time_to_answer(
    panel: Panel, collector: str, named: str
) -> None:
    letter = a_check(
        "thu-dien-tu", "mail_roundtrip", labels=LABELS, reach=False, verify=None, interval=600.0
    )
    reach = a_check("thu-dien-tu", collector, interval=15.0)
    estate = Estate(targets=(SERVICE,), checks=(letter, reach))
    asked = [one.promql for one in _QUERIES[panel](estate, SERVICE, 30.0) if DURATION in one.promql]
    wanted = f'{DURATION}{{instance="thu-dien-tu",collector="{named}",check=""}}'
    assert asked
    assert all(query.count(DURATION) == query.count(wanted) for query in asked)
    assert not any("600s" in query for query in asked)


def test_every_other_collector_names_itself_on_how_long_it_took() -> None:
    for collector in collectors().values():
        for emit in collector.emits:
            if emit.name == DURATION:
                assert ("collector" in emit.labels) is (collector.name not in _UNNAMED), collector
