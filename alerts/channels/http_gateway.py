"""Does an SMS gateway, or any service by HTTP, take the message? By what its answer says.

Most gateways answer 200 to everything, so success is an expression over the body and never the
status alone. What the known providers want stands in `_presets.py`; the settings override it.
"""

import asyncio
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Literal, Self
from urllib.parse import urljoin
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from alerts.channels._http import (
    Answer,
    CaFile,
    Discretion,
    Proxy,
    Request,
    Url,
    Verify,
    ask,
    not_understood,
    refusal,
    secrets_of,
)
from alerts.channels._presets import PRESETS, Preset
from alerts.channels._templates import (
    Format,
    Unfit,
    check_expression,
    check_template,
    evaluated,
    filled,
)
from alerts.channels._words import PhoneForm, as_sms, number, short
from core.channel import Balance, Channel, GiveUp, Retry
from core.incident import Message
from core.text import Text

_TYPES: Mapping[str, str] = {
    "json": "application/json; charset=utf-8",
    "form": "application/x-www-form-urlencoded",
    "text": "text/plain; charset=utf-8",
    "soap": "text/xml; charset=utf-8",
}
# RFC 6749 §5.2: what a token's endpoint says when the account, not the moment, is wrong.
_NO_TOKEN = frozenset(
    {
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "unauthorized_client",
        "unsupported_grant_type",
        "invalid_scope",
    }
)
_FROZEN = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
_LEAST = 0.05  # seconds: a total of zero would mean "for ever"

Method = Annotated[Literal["GET", "POST", "PUT"], Text(vi="Phương thức HTTP", en="The HTTP method")]
Headers = Annotated[
    Mapping[str, str],
    Text(vi="Tiêu đề HTTP gửi kèm (mẫu)", en="HTTP headers to send along (templates)"),
]
Body = Annotated[
    str,
    Text(
        vi="Nội dung yêu cầu (mẫu Jinja): to, text, id, subject, body, template, parts, words, "
        "values, secrets, token; bộ lọc base64, json, xml",
        en="The request's body (a Jinja template) of to, text, id, subject, body, template, "
        "parts, words, values, secrets, token; filters base64, json, xml",
    ),
]
Written = Annotated[
    Literal["json", "form", "text", "soap"],
    Text(
        vi="Định dạng của nội dung; chữ điền vào được thoát ký tự theo đó",
        en="The body's format; what is filled in is escaped for it",
    ),
]


class Step(BaseModel):
    """A request besides the message: a token before it, the balance after it."""

    model_config = _FROZEN

    url: Annotated[
        str,
        Text(vi="Địa chỉ, có thể tính từ url của kênh", en="Where, may be relative to the url"),
    ]
    method: Method = "POST"
    headers: Headers = Field(default_factory=dict, repr=False)
    format: Written = "json"
    body: Body = Field(default="", repr=False)
    value: Annotated[
        str,
        Text(vi="Biểu thức lấy giá trị từ câu trả lời", en="An expression that finds the value"),
    ]


class HttpGatewayParams(BaseModel):
    """What a gateway is asked, and how its answer is read."""

    model_config = _FROZEN

    preset: Annotated[
        Preset | None,
        Text(
            vi="Nhà cung cấp có mẫu sẵn (chưa kiểm chứng với dịch vụ thật): esms, speedsms, vnpt, "
            "viettel, fpt; khoá nào viết thêm thì thay của mẫu",
            en="A provider that is known (not tried against the real service): esms, speedsms, "
            "vnpt, viettel, fpt; any key written here replaces the preset's",
        ),
    ] = None
    url: Annotated[
        Url,
        Text(
            vi="Địa chỉ nhận (mẫu); bắt buộc nếu mẫu của nhà cung cấp không có",
            en="Where to ask (a template); required unless the preset has it",
        ),
    ] = ""
    method: Method = "POST"
    headers: Headers = Field(default_factory=dict, repr=False)
    format: Written = "json"
    body: Body = Field(default="", repr=False)
    values: Annotated[
        Mapping[str, str],
        Text(
            vi="Giá trị điền vào mẫu: brand, mã hợp đồng, …",
            en="Values for the templates: brand, number of the contract, …",
        ),
    ] = Field(default_factory=dict)
    secrets: Annotated[
        Mapping[str, SecretStr],
        Text(
            vi='Khoá và mật khẩu điền vào mẫu; nên viết "secret:TÊN"',
            en='Keys and passwords for the templates; better "secret:NAME"',
        ),
    ] = Field(default_factory=dict)
    phone: Annotated[
        PhoneForm,
        Text(vi="Dạng số điện thoại nhà cung cấp cần", en="The form of a number that it wants"),
    ] = "84"
    success: Annotated[
        str,
        Text(
            vi='Biểu thức trên câu trả lời cho biết đã nhận, ví dụ CodeResult == "100"; '
            "không bao giờ chỉ dựa vào mã HTTP",
            en='An expression over the answer that says it was taken, such as CodeResult == "100"; '
            "the HTTP status alone never does",
        ),
    ] = ""
    receipt: Annotated[
        str,
        Text(vi="Biểu thức lấy mã tin của nhà cung cấp", en="An expression that finds the receipt"),
    ] = ""
    reason: Annotated[
        str,
        Text(vi="Biểu thức lấy lý do từ chối", en="An expression that finds why it was refused"),
    ] = ""
    broken: Annotated[
        str,
        Text(
            vi="Biểu thức cho biết kênh hỏng (sai khoá, hết tiền): ngừng kênh và báo",
            en="An expression for a broken channel (wrong key, no balance): disabled loudly",
        ),
    ] = ""
    permanent: Annotated[
        str,
        Text(
            vi="Biểu thức cho biết tin này không bao giờ gửi được (sai số, sai mẫu)",
            en="An expression for a message that will never go (wrong number, wrong template)",
        ),
    ] = ""
    transient: Annotated[
        str,
        Text(
            vi="Biểu thức cho biết nên thử lại; mã lạ cũng được thử lại",
            en="An expression for what may pass; unknown codes are tried again too",
        ),
    ] = ""
    token: Annotated[
        Step | None,
        Text(vi="Yêu cầu lấy token trước khi gửi", en="A request for a token before the message"),
    ] = None
    balance: Annotated[
        Step | None,
        Text(
            vi="Yêu cầu hỏi số dư, hỏi mỗi giờ và sau mỗi tin thử",
            en="A request for the balance, asked every hour and after every test message",
        ),
    ] = None
    least_balance: Annotated[
        float | None,
        Field(ge=0),
        Text(
            vi="Số dư thấp hơn mức này thì báo quản trị viên một lần; mẫu sẵn: 100000 đồng",
            en="With less than this the administrators are told, once; presets: 100000 đồng",
        ),
    ] = None
    proxy: Proxy = None
    verify: Verify = True
    ca_file: CaFile = None

    @model_validator(mode="before")
    @classmethod
    def _with_preset(cls, given: object) -> object:
        if not isinstance(given, Mapping):
            return given
        preset = PRESETS.get(str(given.get("preset")), {})
        merged = {**preset, **given}
        for key in ("values", "headers"):
            mine, theirs = given.get(key, {}), preset.get(key, {})
            if isinstance(mine, Mapping) and isinstance(theirs, Mapping) and (mine or theirs):
                merged[key] = {**theirs, **mine}
        return merged

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        for name in ("url", "success"):
            if not getattr(self, name):
                raise ValueError(f"{name} is missing")
        for key, expression in self._expressions():
            with _at(key):
                check_expression(expression)
        for key, template, format_ in self._templates():
            with _at(key):
                wanted = list(check_template(template, format_))
            for table, name in wanted:
                if name not in getattr(self, table):
                    raise ValueError(f"{table}.{name} is missing")
        return self

    def _expressions(self) -> Iterator[tuple[str, str]]:
        for key in ("success", "receipt", "reason", "broken", "permanent", "transient"):
            if expression := getattr(self, key):
                yield key, expression
        for key, step in (("token", self.token), ("balance", self.balance)):
            if step is not None:
                yield f"{key}.value", step.value

    def _templates(self) -> Iterator[tuple[str, str, Format]]:
        for key, step in (("", self), ("token.", self.token), ("balance.", self.balance)):
            if step is not None:
                yield f"{key}url", step.url, "url"
                yield f"{key}body", step.body, step.format
                for name, header in step.headers.items():
                    yield f"{key}headers.{name}", header, "text"


@contextmanager
def _at(key: str) -> Iterator[None]:
    """Say at which key a template or expression is unfit."""
    try:
        yield
    except Unfit as fault:
        raise Unfit(f"{key}: {fault}") from fault


async def send(params: BaseModel, message: Message, timeout: float) -> str:
    """Ask once and return the receipt; a test message also tells the balance."""
    if not isinstance(params, HttpGatewayParams):
        raise TypeError("these are not the parameters of an HTTP gateway")
    call = _Call(params, _said(params, message), timeout)
    with call.discretion.kept():
        await call.log_in()
        receipt = _receipt(await call.asked(params), params)
        if params.balance is not None and short(message).template == "test":
            receipt += await _balance(call, params.balance)
        return call.discretion.hide(receipt)


async def ask_balance(params: BaseModel, timeout: float) -> Balance | None:
    """Return what is left to spend; None where the gateway is not to be asked.

    Retry also where the answer holds no number.
    """
    if not isinstance(params, HttpGatewayParams):
        raise TypeError("these are not the parameters of an HTTP gateway")
    if params.balance is None:
        return None
    call = _Call(params, {"id": f"balance.{uuid4().hex}"}, timeout)
    with call.discretion.kept():
        await call.log_in()
        answer = await call.asked(params.balance)
        if not answer.fine:
            raise refusal(answer)
        try:
            amount = float(str(evaluated(params.balance.value, answer)))
        except ValueError:
            raise not_understood(answer) from None
        if not math.isfinite(amount):
            raise not_understood(answer)
    return Balance(amount, params.least_balance)


def _said(params: HttpGatewayParams, message: Message) -> dict[str, object]:
    few = short(message)
    return {
        "to": number(message, params.phone),
        "text": few.sms,
        "id": message.id,
        "subject": message.subject,
        "body": message.body,
        "template": few.template,
        "parts": few.parts,
        "words": few.words,
    }


class _Call:
    """What is asked at once: what the templates know, how long there is, what must not be said."""

    def __init__(
        self, params: HttpGatewayParams, words: Mapping[str, object], timeout: float
    ) -> None:
        self._params = params
        self._deadline = asyncio.get_running_loop().time() + timeout
        self.discretion = Discretion(secrets_of(params))
        self._words: dict[str, object] = {
            **words,
            "values": params.values,
            "secrets": {name: s.get_secret_value() for name, s in params.secrets.items()},
        }

    async def log_in(self) -> None:
        """Let the requests that follow carry a token, where the gateway wants one."""
        if self._params.token is None:
            return
        token = _token(await self.asked(self._params.token), self._params.token)
        self.discretion.learn(token)
        self._words["token"] = token

    async def asked(self, step: "HttpGatewayParams | Step") -> Answer:
        """Return the answer to one request, within the time that is left."""
        try:
            headers = {name: filled(h, "text", self._words) for name, h in step.headers.items()}
            url = urljoin(self._params.url, step.url)
            body = filled(step.body, step.format, self._words).encode()
            kind = {"Content-Type": _TYPES[step.format]} if body else {}
            request = Request(
                filled(url, "url", self._words), body or None, step.method, {**kind, **headers}
            )
        except Unfit as fault:
            raise GiveUp(f"the template cannot be filled: {fault}", channel_broken=True) from None
        self.discretion.learn(request.url, *(h.rpartition(" ")[2] for h in headers.values()))
        left = self._deadline - asyncio.get_running_loop().time()
        return await ask(self._params, request, max(left, _LEAST))


def _token(answer: Answer, step: Step) -> str:
    token = evaluated(step.value, answer)
    if answer.fine and isinstance(token, str) and token:
        return token
    said = answer.json()
    if isinstance(said, Mapping) and str(said.get("error")) in _NO_TOKEN:
        raise GiveUp(f"no token: {answer.said}", channel_broken=True)
    raise not_understood(answer) if answer.fine else refusal(answer)


def _receipt(answer: Answer, params: HttpGatewayParams) -> str:
    if answer.fine and evaluated(params.success, answer):
        return str(evaluated(params.receipt, answer) or answer.said)
    why = " ".join(str(evaluated(params.reason, answer) or "").split()) or answer.said
    if evaluated(params.broken, answer):
        raise GiveUp(why, channel_broken=True)
    if evaluated(params.permanent, answer):
        raise GiveUp(why)
    if evaluated(params.transient, answer):
        raise Retry(why, answer.retry_after)
    if not answer.fine:
        raise refusal(answer)
    raise Retry(f"not taken: {why}", answer.retry_after)


async def _balance(call: _Call, step: Step) -> str:
    """Return what is left to spend; the message has gone out, so a failure changes nothing."""
    try:
        amount = evaluated(step.value, await call.asked(step))
    except (Retry, GiveUp):
        amount = None
    return f" (balance {'unknown' if amount is None else amount})"


CHANNEL = Channel(
    name="http_gateway",
    help=Text(
        vi="Tin nhắn SMS qua cổng HTTP của nhà cung cấp (eSMS, SpeedSMS, VNPT, Viettel, FPT, …)",
        en="SMS through a provider's HTTP gateway (eSMS, SpeedSMS, VNPT, Viettel, FPT, …)",
    ),
    params=HttpGatewayParams,
    send=send,
    to="phone",
    balance=ask_balance,
    says=as_sms,
)
