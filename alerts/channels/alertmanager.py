"""Does an Alertmanager take the incident? By its API v2, `POST /api/v2/alerts`.

<https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml>. An alert is known by
its labels. We tell it once and not every few minutes, so a problem carries an end far away, and
its recovery the end that was; the severity may have grown meanwhile, so each one is ended.
"""

import base64
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from alerts.channels._http import (
    CaFile,
    Discretion,
    Proxy,
    Url,
    Verify,
    by_status,
    exchange,
    posted,
    secrets_of,
)
from core.channel import Channel
from core.clock import SystemClock
from core.incident import Message, Purpose, Severity
from core.text import Text

_LASTS = timedelta(days=30)  # until Alertmanager lets go of a problem whose recovery it missed
_TRIAL = timedelta(minutes=5)


class AlertmanagerParams(BaseModel):
    """Where it listens, who we are to it, and what marks our alerts."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: Annotated[
        Url,
        Text(
            vi='Địa chỉ Alertmanager, ví dụ "http://10.0.9.4:9093"',
            en='Where it listens, such as "http://10.0.9.4:9093"',
        ),
    ]
    labels: Annotated[
        Mapping[Annotated[str, Field(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]*$")], str],
        Text(vi="Nhãn thêm vào mọi cảnh báo", en="Labels that every alert gets"),
    ] = Field(default_factory=dict)
    username: Annotated[str | None, Text(vi="Tên đăng nhập", en="Login name")] = None
    password: Annotated[
        SecretStr | None,
        Text(
            vi='Mật khẩu, hoặc token nếu không có tên đăng nhập; nên viết "secret:TÊN"',
            en='The password, or a bearer token without a login name; better "secret:NAME"',
        ),
    ] = None
    proxy: Proxy = None
    verify: Verify = True
    ca_file: CaFile = None


def alerts(message: Message, labels: Mapping[str, str], now: datetime) -> list[dict[str, object]]:
    """Return the alerts that say a message."""
    facts = message.data or {}
    about = {"summary": message.subject, "description": message.body.strip()}
    base = {"annotations": about, **({"generatorURL": facts["url"]} if facts.get("url") else {})}
    if not facts.get("incident"):
        name = {"alertname": "ThongSuotTest", **labels}
        ends = (now + _TRIAL).isoformat()
        return [{**base, "labels": name, "startsAt": now.isoformat(), "endsAt": ends}]
    known = {"root": facts.get("root"), "kind": facts.get("root_kind")}
    shared = {
        "alertname": "ThongSuot",
        "incident": str(facts["incident"]),
        **{key: str(value) for key, value in known.items() if value},
        **labels,
    }
    over = facts["purpose"] == Purpose.RECOVERY
    ends = str(facts.get("recovered_at") or now.isoformat()) if over else (now + _LASTS).isoformat()
    times = {"startsAt": str(facts["began_at"]), "endsAt": ends}
    severities = [s.value for s in Severity] if over else [str(facts["severity"])]
    return [{**base, "labels": {**shared, "severity": s}, **times} for s in severities]


async def send(params: BaseModel, message: Message, timeout: float) -> str:
    """Hand the alerts over; the status says everything."""
    if not isinstance(params, AlertmanagerParams):
        raise TypeError("these are not the parameters of an Alertmanager")
    discretion = Discretion(secrets_of(params))
    headers = {}
    if params.password is not None:
        secret = params.password.get_secret_value()
        login = base64.b64encode(f"{params.username}:{secret}".encode()).decode()
        discretion.learn(login)
        headers["Authorization"] = f"Basic {login}" if params.username else f"Bearer {secret}"
    told = alerts(message, params.labels, SystemClock().now())
    request = posted(f"{params.url.rstrip('/')}/api/v2/alerts", told, headers)
    return await exchange(params, request, timeout, discretion, judge=by_status)


CHANNEL = Channel(
    name="alertmanager",
    help=Text(
        vi="Prometheus Alertmanager sẵn có của đơn vị (báo cả khi khôi phục)",
        en="An Alertmanager that is there already (recoveries are told too)",
    ),
    params=AlertmanagerParams,
    send=send,
)
