"""Why somebody was not told has a name."""

from datetime import timedelta

import pytest

from api.telling import fate, step_names
from core.incident import Chain, Delivery, Incident, Notification, NotificationState, Step
from tests.runtime.test_dispatcher import NOW, a_notice, an_incident

BASE = a_notice().model_dump()


@pytest.mark.parametrize(
    ("note", "incident", "words"),
    [
        ({"held_by": "TD-7"}, {}, "held back by TD-7"),
        ({"because": "night"}, {}, "not yet due: it is night, and this can wait"),
        ({"state": "cancelled", "settled_at": NOW}, {}, "it had ended before it was due"),
        (
            {"state": "cancelled", "settled_at": NOW},
            {"acked_by": "an", "acked_at": NOW - timedelta(minutes=1)},
            "somebody had taken it on before",
        ),
        (
            {"state": "cancelled"},
            {"state": "merged", "merged_into": "SC-20261122-0009"},
            "merged into SC-20261122-0009",
        ),
        ({"state": "cancelled", "step": 2}, {}, "the step led to nobody else"),
        (
            {"state": "cancelled", "step": 2, "settled_at": NOW},
            {"state": "recovered", "recovered_at": NOW - timedelta(minutes=1)},
            "it had ended before it was due",
        ),
        ({"state": "sent"}, {}, "sent"),
    ],
)
def test_what_became_of_an_intent_is_said(
    note: dict[str, object], incident: dict[str, object], words: str
) -> None:
    found = fate(
        Incident.model_validate(an_incident().model_dump() | incident),
        Notification.model_validate(BASE | note),
        [],
    )
    assert found.en == words


def test_no_two_steps_of_a_ledger_have_one_name() -> None:
    chain = Chain(
        slug="bao-truc",
        name="Báo trực",
        steps=(Step(number=1, tell="officer"), Step(number=4, tell="concerned")),
    )
    incident = Incident.model_validate(an_incident().model_dump() | {"chain": chain.model_dump()})
    promises = ("cu/1", "bao-truc/1", "bao-truc/4", "bao-truc/4+14", "bao-truc/4+20")
    told = [
        a_notice(recipient=p, step=int(p.partition("/")[2].partition("+")[0])) for p in promises
    ]
    over = a_notice(recipient="bao-truc/0", purpose="recovery", step=0)
    names = step_names(incident, [*told, a_notice(recipient="an"), over])
    assert list(names) == [*promises, "bao-truc/0"]
    assert [name.vi for name in names.values()] == [
        "Bước 1 (chuỗi trước: cu)",
        "Bước 1 (trực kỹ thuật của cuộc họp)",
        "Bước 4 (mọi đầu mối của đơn vị)",
        "Bước 4, lần 2 (mọi đầu mối của đơn vị)",
        "Bước 4, lần 3 (mọi đầu mối của đơn vị)",
        "Mọi người đã được báo",
    ]


def test_a_channel_that_fails_says_with_what() -> None:
    tried = [Delivery(notification=1, at=NOW, ok=False, receipt="451 later")]
    incident = an_incident()
    assert fate(incident, a_notice(), tried).en == "channel broken, again: 451 later"
    given_up = a_notice(state=NotificationState.FAILED)
    assert fate(incident, given_up, tried).en == "given up: 451 later"
