"""An Alertmanager, played by its API's description."""

import base64

import pytest
from pydantic import ValidationError

from alerts.channels.alertmanager import CHANNEL, AlertmanagerParams
from core.clock import SystemClock
from core.incident import Message, Purpose, Severity
from tests.alerts.channels.providers import listening
from tests.alerts.channels.providers.chats import Alertmanager
from tests.alerts.channels.said import told


async def heard(*messages: Message, **params: object) -> Alertmanager:
    manager = Alertmanager(SystemClock().now())
    async with listening(manager) as url:
        known = AlertmanagerParams.model_validate({"url": f"{url}/", **params})
        for message in messages:
            await CHANNEL.send(known, message, 5.0)
    return manager


async def test_a_problem_fires_with_its_labels_until_it_is_over() -> None:
    manager = await heard(told(), labels={"province": "Đồng Nai"})
    (labels,) = manager.firing
    assert labels == {
        "alertname": "ThongSuot",
        "incident": "SC-20261122-0001",
        "root": "line1",
        "kind": "link",
        "severity": "major",
        "province": "Đồng Nai",
    }


async def test_the_recovery_ends_it_though_the_severity_has_grown() -> None:
    worse = told(Purpose.RECOVERY, Severity.CRITICAL)
    manager = await heard(told(severity=Severity.WARNING), told(), worse)
    assert manager.firing == []


async def test_a_test_message_fires_under_a_name_of_its_own() -> None:
    manager = await heard(told(Purpose.TEST))
    assert [labels["alertname"] for labels in manager.firing] == ["ThongSuotTest"]


async def test_a_login_is_sent_as_basic_and_a_token_as_bearer() -> None:
    assert (await heard(told(), password="token")).logins == ["Bearer token"]
    (login,) = (await heard(told(), username="tinh", password="mật")).logins
    assert login is not None
    assert base64.b64decode(login.removeprefix("Basic ")).decode() == "tinh:mật"


@pytest.mark.parametrize("name", ["a-b", "1a", "", "é"])
def test_a_label_that_is_none_is_refused_with_the_settings(name: str) -> None:
    with pytest.raises(ValidationError):
        AlertmanagerParams.model_validate({"url": "http://127.0.0.1", "labels": {name: "x"}})
