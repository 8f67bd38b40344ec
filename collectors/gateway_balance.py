"""How much is left at the message gateway?

For gateways that others pay and send by; of our own channels the platform asks by itself.
"""

import functools
import json
import math
import re

from yarl import URL

from collectors._balance.params import SECRET, Params
from collectors._http.asking import Request, asked, wanted
from collectors._http.wanted import at
from collectors._net.attempt import EMITS, Attempt, attempted, unwanted
from collectors._net.identity import OWN
from collectors._net.trouble import Trouble, printable, trouble
from core.collector import Collector, Emit, Kit, Transcript
from core.reading import Failure, FailureKind, Reading
from core.text import Text
from core.watching import Check

BALANCE = "probe_gateway_balance"
_HIDDEN = "***"
_CURRENCY = re.compile(r"^[^\d.,+-]+|[^\d.,]+$")  # VND 42,000; 750.000đ
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Ask once."""
    params = Params.model_validate(dict(check.params))
    return await attempted(check, kit, transcript, functools.partial(_visit, params=params))


async def _visit(attempt: Attempt, params: Params) -> None:
    secret = attempt.secret() or ""
    secret = secret.strip()
    url = URL(params.url.replace(SECRET, secret))
    headers = {name: value.replace(SECRET, secret) for name, value in params.headers.items()}
    if any(not value.isprintable() for value in headers.values()):
        raise trouble(FailureKind.LOCAL, "the secret has a character that no header can bear")
    body = params.body.replace(SECRET, _inside_json(secret)) if params.body is not None else None
    if body is not None:
        headers.setdefault("Content-Type", "application/json; charset=utf-8")
    request = Request(
        url,
        params.terms,
        method=params.method,
        headers=headers,
        body=body.encode() if body is not None else None,
        largest=64 * 1024,
        shown=params.url,
    )
    try:
        answer = wanted(await asked(attempt, request))
        balance = _at(answer.text, params.value)
    except Trouble as found:  # gateways repeat what they were sent
        failure = found.failure
        said = failure.detail.replace(secret, _HIDDEN) if secret else failure.detail
        raise Trouble(Failure(failure.kind, said)) from None
    attempt.tell(BALANCE, balance, unit=params.unit)
    if balance < params.least:
        unwanted([f"{balance:g} {params.unit} are left, fewer than {params.least:g}"])


def _inside_json(secret: str) -> str:
    """Return a secret as it stands between the quotes of a JSON text."""
    return json.dumps(secret, ensure_ascii=False)[1:-1]


def _at(text: str, path: str) -> float:
    """Return the number at a dotted path of a JSON text, be it written as text; Trouble."""
    try:
        found = at(json.loads(text), path)
    except (ValueError, RecursionError) as error:
        raise trouble(FailureKind.PROTOCOL, "the answer is not JSON") from error
    except LookupError as error:
        said = printable(text, 80)
        raise trouble(FailureKind.PROTOCOL, f"the answer has no {path}: {said}") from error
    value = _number(found)
    if value is None:
        said = printable(json.dumps(found, ensure_ascii=False), 60)
        raise trouble(FailureKind.PROTOCOL, f"{path} is {said}, which is no number")
    return value


def _number(found: object) -> float | None:
    if isinstance(found, str):
        bare = _CURRENCY.sub("", "".join(found.split()))
        # 1,234,567.5 or 500.000: what stands between groups of three parts thousands.
        if _GROUPED.fullmatch(bare) or bare.count(",") + bare.count(".") > 1:
            bare = re.sub(r"[.,](?=\d{3}(\D|$))", "", bare)
        bare = bare.replace(",", ".")
    elif isinstance(found, int | float) and not isinstance(found, bool):
        bare = str(found)
    else:
        return None
    try:
        value = float(bare)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


COLLECTOR = Collector(
    name="gateway_balance",
    help=Text(
        vi="Cổng tin nhắn còn bao nhiêu tiền, bao nhiêu tin?",
        en="How much is left at the message gateway?",
    ),
    params=Params,
    emits=(
        *EMITS,
        Emit(
            BALANCE,
            Text("Số dư theo đơn vị của cổng", "What is left, in the gateway's unit"),
            labels=(OWN, "unit"),
        ),
    ),
    look=look,
    interval=240.0,
    timeout=20.0,
)
