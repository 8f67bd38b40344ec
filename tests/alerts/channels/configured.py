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


_CODES: tuple[object, ...] = (0, 200, 400, 401, 403, 404, 408, 429, 500, 9999, "x", None, [])
_BOT_SAYS_NO = tuple(
    json.dumps({"ok": False, "error_code": code, "description": SECRET})
    for code in (*_CODES, -(10**400))
)

# By the name of a kind, and of a variant behind a slash.
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
    "http_gateway/speedsms": Configured(
        {"preset": "speedsms", "values": {"brand": "TINH"}, "secrets": {"token": SECRET}},
        taken=json.dumps({"status": "success", "code": "00", "data": {"tranId": 7}}),
        refused=tuple(
            json.dumps({"status": "error", "code": code, "message": SECRET})
            for code in ("007", "101", "105", "300", "500", "999")
        ),
    ),
    "http_gateway/vnpt": Configured(
        {
            "preset": "vnpt",
            "url": "http://127.0.0.1/",
            "values": {
                **dict.fromkeys(("label", "contract", "agent", "api_user", "user"), "1"),
                **{f"template_{k}": "9" for k in ("problem", "recovery", "retired", "test")},
            },
            "secrets": {"password": SECRET},
        },
        taken=json.dumps({"RPLY": {"ERROR": "0", "ERROR_DESC": "success"}}),
        refused=tuple(
            json.dumps({"RPLY": {"ERROR": error, "ERROR_DESC": SECRET}})
            for error in ("1", "-1", 0, None, "")
        ),
    ),
    "http_gateway/viettel": Configured(
        {
            "preset": "viettel",
            "url": "http://127.0.0.1/",
            "values": {"user": "u", "cp_code": "TINH", "brand": "TINH"},
            "secrets": {"password": SECRET},
        },
        taken="<r><return><result>1</result><message>OK</message></return></r>",
        refused=(
            "<r><return><result>0</result><message>Authenticate: FAILED</message></return></r>",
            "<r><return><result>0</result><message>NOT_MATCH_TEMPLATE</message></return></r>",
            f"<r><result>10</result><message>{SECRET.replace('&', '&amp;')}</message></r>",
            "<r><Fault><faultstring>result 1</faultstring></Fault></r>",
            '<!DOCTYPE r [<!ENTITY one "1">]><r><result>&one;</result></r>',
        ),
    ),
    "http_gateway/fpt": Configured(
        {
            "preset": "fpt",
            "values": {"client": "khach", "brand": "TINH"},
            "secrets": {"secret": SECRET},
        },
        # one server answers both steps
        taken=json.dumps({"access_token": "tam-thoi", "MessageId": "7"}),
        refused=(
            json.dumps({"error": "invalid_client", "error_description": SECRET}),
            json.dumps({"access_token": "tam-thoi", "error": 1011, "error_description": SECRET}),
            json.dumps({"access_token": "tam-thoi", "MessageId": "7", "error": 1}),
            json.dumps({"access_token": "", "MessageId": "7"}),
            json.dumps({"access_token": ["tam-thoi"], "error": ["invalid_client"]}),
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
