"""Five Vietnamese SMS gateways as their documents describe them. Every one answers 200 to all."""

import base64
import json
import re
from typing import Any, ClassVar
from xml.sax.saxutils import escape

from aiohttp import web
from defusedxml import ElementTree

PHONE = re.compile(r"84\d{9}")
NAMESPACE = "http://impl.bulkSms.ws/"


class Esms:
    """eSMS.vn: `CodeResult` says it all; a RequestId is taken once."""

    def __init__(self, code: str | None = None) -> None:
        self.code = code
        self.sent: dict[str, dict[str, str]] = {}

    async def __call__(self, request: web.Request) -> web.Response:
        if request.path == "/MainService.svc/json/GetBalance/khoa-api/khoa-mat":
            return web.json_response({"Balance": 752743, "CodeResponse": "100", "UserID": 1})
        assert request.path == "/MainService.svc/json/SendMultipleMessage_V4_post_json/"
        asked = await request.json()
        code = self.code or self._judged(asked)
        if code != "100":
            words = {"101": "Authorize failed", "124": "RequestId is exists"}.get(code, "loi")
            return web.json_response(
                {"CodeResult": code, "CountRegenerate": 0, "ErrorMessage": words}
            )
        self.sent[asked["RequestId"]] = asked
        answer = {
            "CodeResult": "100",
            "CountRegenerate": 0,
            "SMSID": "a1b2-135",
            "ErrorMessage": "",
        }
        return web.json_response(answer)

    def _judged(self, asked: dict[str, str]) -> str:
        if (asked["ApiKey"], asked["SecretKey"]) != ("khoa-api", "khoa-mat"):
            return "101"
        if asked["RequestId"] in self.sent:
            return "124"
        if asked["Brandname"] != "UBND-TINH":
            return "104"
        if asked["SmsType"] != "2" or asked["IsUnicode"] != "0":
            return "118"
        return "100" if PHONE.fullmatch(asked["Phone"]) else "108"


class SpeedSms:
    """SpeedSMS.vn: HTTP Basic with the token as the user's name."""

    def __init__(self, code: str | None = None) -> None:
        self.code = code
        self.sent: list[dict[str, Any]] = []

    async def __call__(self, request: web.Request) -> web.Response:
        login = base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode()
        if login != "the-token:x":
            return self._error("009", "account not allow")
        if (request.method, request.path) == ("GET", "/index.php/user/info"):
            data = {"email": "it@example.vn", "balance": 100000.5, "currency": "VND"}
            return web.json_response({"status": "success", "code": "00", "data": data})
        assert request.path == "/index.php/sms/send"
        asked = await request.json()
        if self.code is not None:
            return self._error(self.code, "khong duoc")
        if not isinstance(asked["sms_type"], int) or not asked["sender"]:
            return self._error("101", "invalid params")
        if not all(PHONE.fullmatch(number) for number in asked["to"]):
            return self._error("105", "phone number invalid")
        self.sent.append(asked)
        data = {"tranId": 4567890, "totalSMS": 1, "totalPrice": 250}
        return web.json_response({"status": "success", "code": "00", "data": data})

    def _error(self, code: str, words: str) -> web.Response:
        return web.json_response({"status": "error", "code": code, "message": words})


class Vnpt:
    """VNPT SMS Brandname: no free text, a template's number and numbered parameters."""

    TEMPLATES: ClassVar = {"11": 3, "12": 4, "13": 3, "14": 1}

    def __init__(self, error: str = "0") -> None:
        self.error = error
        self.sent: list[dict[str, Any]] = []

    async def __call__(self, request: web.Request) -> web.Response:
        asked = (await request.json())["RQST"]
        assert asked["name"] == "send_sms_list"
        error = self.error
        numbers = [part["NUM"] for part in asked["PARAMS"]]
        wanted = [str(n + 1) for n in range(self.TEMPLATES.get(asked["TEMPLATEID"], 0))]
        if asked["APIUSER"] != "api" or asked["APIPASS"] != "mat-khau":
            error = "3"
        elif numbers != wanted or not PHONE.fullmatch(asked["MOBILELIST"]):
            error = "9"
        elif error == "0":
            self.sent.append(asked)
        words = "success" if error == "0" else "loi"
        reply = {"name": "send_sms_list", "ERROR": error, "ERROR_DESC": words}
        return web.json_response({"RPLY": reply})


class Viettel:
    """Viettel bulk SMS: SOAP 1.1, `wsCpMt` and `checkBalance`."""

    def __init__(self, refusal: str | None = None) -> None:
        self.refusal = refusal
        self.sent: list[dict[str, str]] = []

    async def __call__(self, request: web.Request) -> web.Response:
        assert request.content_type == "text/xml"
        assert "SOAPAction" in request.headers
        envelope = ElementTree.fromstring(await request.read())
        soap = "{http://schemas.xmlsoap.org/soap/envelope/}"
        assert envelope.tag == f"{soap}Envelope"
        body = envelope.find(f"{soap}Body")
        assert body is not None
        (call,) = list(body)
        asked = {part.tag: part.text or "" for part in call}
        known = (asked["User"], asked["Password"], asked["CPCode"]) == ("u", "mat-khau", "UBND")
        if call.tag == f"{{{NAMESPACE}}}checkBalance":
            return self._said("checkBalance", "<errCode>0</errCode><balance>51200</balance>")
        assert call.tag == f"{{{NAMESPACE}}}wsCpMt"
        if not known:
            return self._result(0, "Authenticate: FAILED")
        if self.refusal is not None:
            return self._result(0, self.refusal)
        assert asked["CommandCode"] == "bulksms"
        assert asked["ContentType"] in {"0", "F"}
        assert PHONE.fullmatch(asked["ReceiverID"])
        assert asked["ReceiverID"] == asked["UserID"]
        self.sent.append(asked)
        return self._result(1, "Insert MT_QUEUE: OK")

    def _result(self, result: int, words: str) -> web.Response:
        inside = f"<result>{result}</result><message>{escape(words)}</message>"
        return self._said("wsCpMt", inside)

    def _said(self, call: str, inside: str) -> web.Response:
        text = (
            '<?xml version="1.0" encoding="UTF-8"?>'
            '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>'
            f'<ns2:{call}Response xmlns:ns2="{NAMESPACE}"><return>{inside}</return>'
            f"</ns2:{call}Response></S:Body></S:Envelope>"
        )
        return web.Response(text=text, content_type="text/xml")


class Fpt:
    """FPT SMS: a token first, then the text in base64."""

    def __init__(self) -> None:
        self.sent: list[dict[str, str]] = []
        self.tokens = 0

    async def __call__(self, request: web.Request) -> web.Response:
        asked = await request.json()
        if request.path == "/oauth2/token":
            assert asked["grant_type"] == "client_credentials"
            assert asked["scope"] == "send_brandname_otp"
            assert asked["session_id"]
            if (asked["client_id"], asked["client_secret"]) != ("khach", "mat-khau"):
                words = {"error": "invalid_client", "error_description": asked["client_secret"]}
                return web.Response(status=401, text=json.dumps(words))
            self.tokens += 1
            token = {"access_token": f"the-token-{self.tokens}", "expires_in": 3600}
            return web.json_response({**token, "token_type": "Bearer", "scope": asked["scope"]})
        assert request.path == "/api/push-brandname-otp"
        if asked["access_token"] != f"the-token-{self.tokens}":
            return web.json_response({"error": 1011, "error_description": "token het han"})
        text = base64.b64decode(asked["Message"]).decode("ascii")
        self.sent.append({**asked, "Message": text})
        answer = {"MessageId": "7001", "Phone": asked["Phone"], "BrandName": asked["BrandName"]}
        return web.json_response({**answer, "PartnerId": "1", "Telco": "viettel"})
