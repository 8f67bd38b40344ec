"""Every channel as somebody would configure it, and what its provider says of yes and no."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

SECRET = "Bí-mật/42&x"


@dataclass(frozen=True, slots=True)
class Configured:
    """`taken`: the body of a success; None where the status alone decides."""

    params: Mapping[str, object]
    taken: str | None = None
    refused: tuple[str, ...] = ()  # bodies that say no, under whatever status
    to: str = "0901234567"


_BOT_SAYS_NO = tuple(
    json.dumps({"ok": False, "error_code": code, "description": SECRET})
    for code in (0, 200, 400, 401, 403, 404, 408, 429, 500, 9999, "x", None)
)

CONFIGURED: Mapping[str, Configured] = {
    "email": Configured(
        {"host": "127.0.0.1", "security": "none", "sender": "a@example.vn"}, to="a@example.vn"
    ),
    "webhook": Configured(
        {"url": "http://127.0.0.1/", "secret": SECRET, "headers": {"X-Key": SECRET}}, to=""
    ),
    "http_gateway": Configured(
        {
            "preset": "esms",
            "values": {"brand": "UBND-TINH"},
            "secrets": {"key": "khoa-api", "secret": SECRET},
        },
        taken=json.dumps({"CodeResult": "100", "SMSID": "a1b2-135", "ErrorMessage": ""}),
        refused=tuple(
            json.dumps({"CodeResult": code, "ErrorMessage": f"{SECRET} sai"})
            for code in ("99", "101", "103", "108", "146", "999")
        ),
    ),
    "zalo_bot": Configured(
        {"token": SECRET, "chat_id": "c"},
        taken=json.dumps({"ok": True, "result": {"message_id": "m1"}}),
        refused=_BOT_SAYS_NO,
    ),
    "telegram": Configured(
        {"token": SECRET, "chat_id": "c"},
        taken=json.dumps({"ok": True, "result": {"message_id": 7}}),
        refused=_BOT_SAYS_NO,
    ),
    "chat": Configured(
        {"service": "slack", "url": "http://127.0.0.1/"},
        taken="ok",
        refused=("no_service", "invalid_payload", "okay", "Webhook message delivery failed"),
    ),
    "alertmanager": Configured({"url": "http://127.0.0.1/", "password": SECRET}),
    "voice": Configured(
        {"key_sid": "SKx", "key_secret": SECRET, "caller": "842471000000"},
        taken=json.dumps({"r": 0, "message": "SUCCESS", "call_id": "call-1"}),
        refused=tuple(
            json.dumps({"r": code, "message": SECRET}) for code in (1, 401, -5, False, "0", None)
        ),
    ),
    "zalo_zns": Configured(
        {
            "app_id": "42",
            "app_secret": SECRET,
            "refresh_token": SECRET,
            "token_file": "/nonexistent/token.json",
            "token_url": "http://127.0.0.1:1/",
            "templates": {"test": {"id": "7", "data": {"luc": "{{ words.count }}"}}},
        },
        taken=json.dumps({"error": 0, "message": "Success", "data": {"msg_id": "a1"}}),
        refused=tuple(
            json.dumps({"error": code, "message": SECRET})
            for code in (-100, -101, -108, -109, -118, -124, -133, 9, False, "0", None)
        ),
    ),
    "smpp": Configured(
        {"host": "127.0.0.1", "system_id": "tinh", "password": "bi-mat42", "sender": "UBND"}
    ),
    "gsm_modem": Configured({"device": "/dev/no-modem"}),
}
