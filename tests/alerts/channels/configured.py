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
}
