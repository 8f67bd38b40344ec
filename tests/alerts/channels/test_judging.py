"""No answer that a provider may invent ends in anything but a receipt, Retry or GiveUp."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels import _bots, _http, chat, http_gateway, voice, zalo_zns
from alerts.channels._http import Answer
from core.channel import GiveUp, Retry
from tests.alerts.channels.configured import CONFIGURED

PRESETS = {
    name: http_gateway.HttpGatewayParams.model_validate(configured.params)
    for name, configured in CONFIGURED.items()
    if name.startswith("http_gateway")
}
TOKEN = PRESETS["http_gateway/fpt"].token
assert TOKEN is not None
FPT_TOKEN = TOKEN
JUDGES: dict[str, Callable[[Answer], object]] = {
    "status": _http.by_status,
    "bot": _bots.judged,
    "slack": lambda answer: chat._judged("slack", answer),
    "teams": lambda answer: chat._judged("teams", answer),
    "voice": voice._judged,
    "zns": zalo_zns._receipt,
    "zns token": lambda answer: zalo_zns._pair(answer, "origin"),
    "fpt token": lambda answer: http_gateway._token(answer, FPT_TOKEN),
    **{name: partial(http_gateway._receipt, params=params) for name, params in PRESETS.items()},
}
WORDS = """
    ok result message_id error_code description parameters retry_after r message call_id error
    data msg_id access_token refresh_token expires_in RPLY ERROR ERROR_DESC CodeResult SMSID
    status code MessageId items values
"""
NAMES = st.sampled_from(WORDS.split())
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
KNOWN = st.sampled_from(["0", 0, "100", "00", "success", -108, -124, 401, 429, True, "7"])
BODIES: st.SearchStrategy[Any] = st.recursive(
    SCALARS | KNOWN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=9,
)
TEXTS = BODIES.map(json.dumps) | st.text(max_size=50) | st.text('<>/="&;! ra?1', max_size=40)
STATUSES = st.sampled_from([200, 201, 204, 301, 400, 401, 403, 404, 408, 429, 500, 503])


@pytest.mark.parametrize("name", sorted(JUDGES))
@given(status=STATUSES, text=TEXTS, whole=st.booleans())
def test_every_answer_has_a_verdict(name: str, *, status: int, text: str, whole: bool) -> None:
    try:
        JUDGES[name](Answer(status, text, None, whole))
    except (Retry, GiveUp):
        return
    assert 200 <= status < 300
