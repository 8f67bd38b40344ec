"""The gateways of Vietnamese providers, played by what their documents say."""

from collections.abc import Mapping
from typing import Any, get_args

import pytest
from aiohttp import web
from pydantic import ValidationError

from alerts.channels._presets import PRESETS, Preset
from alerts.channels.http_gateway import CHANNEL, HttpGatewayParams
from core.channel import GiveUp, Retry
from core.incident import Message, Short
from tests.alerts.channels.providers import Answering, listening
from tests.alerts.channels.providers.sms import Esms, Fpt, SpeedSms, Viettel, Vnpt

PARTS = ('Kenh VNPT "A" & <B> mat ket noi', "09:00 ngay 22/11/2026", "SC-20261122-0001")
TEXT = f"SU CO: {PARTS[0]} luc {PARTS[1]}. Ma {PARTS[2]}"
PROBLEM = Short(sms=TEXT, minimal="Sự cố SC-20261122-0001", template="problem", parts=PARTS)
TRIAL = Short(sms="Tin thu cua Thong Suot", minimal="Tin thử", template="test", parts=("09:00",))


def message(
    short: Short = PROBLEM, to: str = "0901 234 567", number: str = "SC-20261122-0001.problem.7"
) -> Message:
    return Message(id=number, to=to, subject="SỰ CỐ", body="Kênh mất kết nối", short=short)


SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "esms": {
        "values": {"brand": "UBND-TINH"},
        "secrets": {"key": "khoa-api", "secret": "khoa-mat"},
    },
    "speedsms": {"values": {"brand": "UBND-TINH"}, "secrets": {"token": "the-token"}},
    "vnpt": {
        "values": {
            "label": "7",
            "contract": "42",
            "agent": "9",
            "api_user": "api",
            "user": "tinh",
            "template_problem": "11",
            "template_recovery": "12",
            "template_retired": "13",
            "template_test": "14",
        },
        "secrets": {"password": "mat-khau"},
    },
    "viettel": {
        "values": {"user": "u", "cp_code": "UBND", "brand": "UBND-TINH"},
        "secrets": {"password": "mat-khau"},
    },
    "fpt": {
        "values": {"client": "khach", "brand": "UBND-TINH"},
        "secrets": {"secret": "mat-khau"},
    },
}
PATHS = {
    "esms": "/MainService.svc/json/SendMultipleMessage_V4_post_json/",
    "speedsms": "/index.php/sms/send",
    "vnpt": "/",
    "viettel": "/bulkapi",
    "fpt": "/api/push-brandname-otp",
}


async def sent(
    preset: str, provider: Answering, *messages: Message, **changes: object
) -> list[str]:
    async with listening(provider) as url:
        params = HttpGatewayParams.model_validate(
            {"preset": preset, "url": url + PATHS[preset], **SETTINGS[preset], **changes}
        )
        return [await CHANNEL.send(params, m, 5.0) for m in messages or (message(),)]


def test_every_preset_is_offered_and_is_tried_here() -> None:
    assert set(get_args(Preset)) == set(PRESETS) == set(SETTINGS)


async def test_esms_takes_the_text_under_its_brand_and_gives_its_number() -> None:
    provider = Esms()
    assert await sent("esms", provider) == ["a1b2-135"]
    (asked,) = provider.sent.values()
    assert asked["Content"] == TEXT
    assert asked["Phone"] == "84901234567"
    assert asked["RequestId"] == "SC-20261122-0001.problem.7"


async def test_esms_counts_a_repeated_request_as_taken_because_the_first_was() -> None:
    provider = Esms()
    receipts = await sent("esms", provider, message(), message())
    assert len(receipts) == 2
    assert len(provider.sent) == 1


async def test_a_test_message_tells_the_balance() -> None:
    assert await sent("esms", Esms(), message(TRIAL)) == ["a1b2-135 (balance 752743)"]
    assert await sent("speedsms", SpeedSms(), message(TRIAL)) == ["4567890 (balance 100000.5)"]
    assert await sent("viettel", Viettel(), message(TRIAL)) == [
        "Insert MT_QUEUE: OK (balance 51200)"
    ]


async def test_a_balance_that_is_not_to_be_had_does_not_undo_the_message() -> None:
    step = {"url": "http://127.0.0.1:1/", "method": "GET", "value": "Balance"}
    receipts = await sent("esms", Esms(), message(TRIAL), balance=step)
    assert receipts == ["a1b2-135 (balance unknown)"]


async def test_speedsms_is_logged_in_to_by_token() -> None:
    provider = SpeedSms()
    assert await sent("speedsms", provider) == ["4567890"]
    (asked,) = provider.sent
    assert asked == {
        "to": ["84901234567"],
        "content": TEXT,
        "sms_type": 2,
        "sender": "UBND-TINH",
    }


async def test_vnpt_gets_the_number_of_a_template_and_its_parts() -> None:
    provider = Vnpt()
    assert await sent("vnpt", provider, message(), message(TRIAL)) == ["success"] * 2
    problem, trial = provider.sent
    assert problem["TEMPLATEID"] == "11"
    assert [part["CONTENT"] for part in problem["PARAMS"]] == list(PARTS)
    assert trial["TEMPLATEID"] == "14"


async def test_viettel_gets_well_formed_soap() -> None:
    provider = Viettel()
    assert await sent("viettel", provider) == ["Insert MT_QUEUE: OK"]
    (asked,) = provider.sent
    assert asked["Content"] == TEXT
    assert asked["ServiceID"] == "UBND-TINH"


async def test_fpt_gives_a_token_first_and_gets_the_text_in_base64() -> None:
    provider = Fpt()
    assert await sent("fpt", provider) == ["7001"]
    (asked,) = provider.sent
    assert asked["Message"] == TEXT
    assert asked["Phone"] == "84901234567"


async def test_no_token_breaks_the_channel_without_telling_the_secret() -> None:
    with pytest.raises(GiveUp, match="no token") as refusal:
        await sent("fpt", Fpt(), secrets={"secret": "sai-mat-khau"})
    assert refusal.value.channel_broken
    assert "sai-mat-khau" not in str(refusal.value)


@pytest.mark.parametrize(
    ("preset", "provider"),
    [
        ("esms", Esms("103")),
        ("esms", Esms("140")),
        ("speedsms", SpeedSms("300")),
        ("speedsms", SpeedSms("007")),
        ("viettel", Viettel("Authenticate: FAILED")),
    ],
)
async def test_an_account_that_may_not_breaks_the_channel(preset: str, provider: Answering) -> None:
    with pytest.raises(GiveUp) as refusal:
        await sent(preset, provider)
    assert refusal.value.channel_broken


@pytest.mark.parametrize(
    ("preset", "provider"),
    [
        ("esms", Esms("146")),
        ("speedsms", SpeedSms("105")),
        ("viettel", Viettel("CONTENT_NOT_MATCH_TEMPLATE")),
    ],
)
async def test_a_message_that_will_never_go_is_given_up_alone(
    preset: str, provider: Answering
) -> None:
    with pytest.raises(GiveUp) as refusal:
        await sent(preset, provider)
    assert not refusal.value.channel_broken


@pytest.mark.parametrize(
    ("preset", "provider", "words"),
    [
        ("esms", Esms("4711"), "4711 loi"),
        ("speedsms", SpeedSms("500"), "500 khong duoc"),
        ("vnpt", Vnpt("77"), "77 loi"),
        ("viettel", Viettel("queue full"), "queue full"),
    ],
)
async def test_what_may_pass_and_what_nobody_knows_is_tried_again(
    preset: str, provider: Answering, words: str
) -> None:
    with pytest.raises(Retry, match=words):
        await sent(preset, provider)


async def test_a_wrong_key_breaks_the_channel() -> None:
    with pytest.raises(GiveUp, match="101") as refusal:
        await sent("esms", Esms(), secrets={"key": "khoa-api", "secret": "sai-khoa"})
    assert refusal.value.channel_broken


@pytest.mark.parametrize("number", ["", "abc"])
async def test_no_number_is_asked_of_nobody(number: str) -> None:
    with pytest.raises(GiveUp, match="number") as refusal:
        await sent("esms", Esms(), message(to=number))
    assert not refusal.value.channel_broken


OWN = {
    "url": "http://127.0.0.1/",
    "format": "form",
    "body": "to={{ to }}&text={{ text }}&id={{ id }}",
    "success": 'find("^OK")',
}


async def test_a_form_is_escaped_and_judged_by_a_pattern() -> None:
    heard: list[dict[str, str]] = []

    async def answer(request: web.Request) -> web.Response:
        heard.append({key: str(value) for key, value in (await request.post()).items()})
        return web.Response(text="OK:815")

    async with listening(answer) as url:
        own = {**OWN, "url": url, "receipt": 'find("OK:([0-9]+)")'}
        params = HttpGatewayParams.model_validate({**own, "phone": "0"})
        assert await CHANNEL.send(params, message(), 5.0) == "815"
    assert heard == [{"to": "0901234567", "text": TEXT, "id": "SC-20261122-0001.problem.7"}]


async def test_a_gateway_by_get_is_asked_in_its_address() -> None:
    heard: list[Mapping[str, str]] = []

    async def answer(request: web.Request) -> web.Response:
        heard.append(dict(request.query))
        return web.json_response({"ok": 1})

    async with listening(answer) as url:
        params = HttpGatewayParams(
            url=f"{url}/send?to={{{{ to }}}}&text={{{{ text }}}}", method="GET", success="ok == 1"
        )
        await CHANNEL.send(params, message(), 5.0)
    assert heard == [{"to": "84901234567", "text": TEXT}]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"success": ""}, "success is missing"),
        ({"body": "{{ text"}, "body: unexpected end"),
        ({"success": "json.ok =="}, "success: "),
        ({"token": {"url": "/", "body": "{% if %}", "value": "x"}}, "token.body: "),
        ({"balance": {"url": "/", "value": "1 +"}}, "balance.value: "),
        ({"body": "{{ values.brand }}"}, "values.brand is missing"),
        ({"headers": {"A": "{{ secrets.key }}"}}, "secrets.key is missing"),
        ({"headers": {"A": "{{ text | nonsense }}"}}, "headers.A: No filter named 'nonsense'"),
    ],
)
def test_a_gateway_that_cannot_work_is_refused_with_the_settings(
    changes: Mapping[str, object], words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        HttpGatewayParams.model_validate({**OWN, **changes})


def test_a_gateway_needs_an_address() -> None:
    with pytest.raises(ValidationError, match="url is missing"):
        HttpGatewayParams.model_validate({"body": "x", "success": "ok"})


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_a_preset_says_what_it_needs(preset: str) -> None:
    with pytest.raises(ValidationError, match="is missing"):
        HttpGatewayParams.model_validate({"preset": preset, "url": "http://127.0.0.1/"})


async def test_a_template_reaches_nothing_of_ours() -> None:
    for escape in ("{{ ''.__class__.__mro__ }}", "{{ values.__init__.__globals__ }}"):
        params = HttpGatewayParams.model_validate(
            {**OWN, "body": escape, "values": {"__init__": "x"}}
        )
        with pytest.raises(GiveUp, match="template") as refusal:
            await CHANNEL.send(params, message(), 1.0)
        assert refusal.value.channel_broken


@pytest.mark.parametrize("header", ["a\nb: c", "a\r\nb: c", "a\x00b"])
async def test_a_header_with_a_line_break_is_not_sent(header: str) -> None:
    heard: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        heard.append(request.path)
        return web.Response(text="OK")

    async with listening(answer) as url:
        own = {**OWN, "url": url, "headers": {"A": "{{ subject }}"}}
        evil = Message(id="1", to="0901234567", subject=header, body="")
        with pytest.raises(GiveUp) as refusal:
            await CHANNEL.send(HttpGatewayParams.model_validate(own), evil, 1.0)
    assert refusal.value.channel_broken
    assert heard == []
