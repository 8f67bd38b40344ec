"""What the SMS gateways of Vietnam ask for: data for the channel `http_gateway`.

Written from the providers' documents and from public code that speaks to them (eSMS developer
pages; SpeedSMS API; VNPT, Viettel and FPT by what their customers published). **Unconfirmed**:
none has been tried against the real provider. Any key can be overridden in the settings.
"""

from collections.abc import Mapping
from typing import Literal

Preset = Literal["esms", "speedsms", "vnpt", "viettel", "fpt"]

_SOAP = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:sms="http://impl.bulkSms.ws/"><soap:Body>%s</soap:Body></soap:Envelope>'
)
_VIETTEL_LOGIN = (
    "<User>{{ values.user }}</User><Password>{{ secrets.password }}</Password>"
    "<CPCode>{{ values.cp_code }}</CPCode>"
)

PRESETS: Mapping[str, Mapping[str, object]] = {
    # https://developers.esms.vn: HTTP 200 whatever happens. 124 says that this RequestId was
    # taken before: an earlier try of ours got through.
    "esms": {
        "url": "https://rest.esms.vn/MainService.svc/json/SendMultipleMessage_V4_post_json/",
        "values": {"type": "2", "sandbox": "0"},
        "body": """{"ApiKey": "{{ secrets.key }}", "SecretKey": "{{ secrets.secret }}",
            "Brandname": "{{ values.brand }}", "SmsType": "{{ values.type }}",
            "Phone": "{{ to }}", "Content": "{{ text }}", "IsUnicode": "0",
            "Sandbox": "{{ values.sandbox }}", "RequestId": "{{ id }}"}""",
        "success": 'CodeResult in ("100", "124")',
        "receipt": "SMSID",
        "reason": 'CodeResult ~ " " ~ ErrorMessage',
        "broken": 'CodeResult in ("101", "102", "103", "104", "118", "140")',
        "permanent": 'CodeResult in ("99", "108", "146", "177")',
        "balance": {
            "url": "/MainService.svc/json/GetBalance/{{ secrets.key }}/{{ secrets.secret }}",
            "method": "GET",
            "value": "Balance",
        },
        "least_balance": 100_000,
    },
    "speedsms": {
        "url": "https://api.speedsms.vn/index.php/sms/send",
        "values": {"type": "2"},
        "headers": {"Authorization": "Basic {{ (secrets.token ~ ':x') | base64 }}"},
        "body": """{"to": ["{{ to }}"], "content": "{{ text }}",
            "sms_type": {{ values.type | int }}, "sender": "{{ values.brand }}"}""",
        "success": 'json.status == "success"',
        "receipt": "data.tranId",
        "reason": 'code ~ " " ~ message',
        "broken": 'code in ("007", "008", "009", "300")',
        "permanent": 'code in ("101", "105", "110", "113")',
        "transient": 'code == "500"',
        "balance": {
            "url": "/index.php/user/info",
            "method": "GET",
            "headers": {"Authorization": "Basic {{ (secrets.token ~ ':x') | base64 }}"},
            "value": "data.balance",
        },
        "least_balance": 100_000,
    },
    "vnpt": {
        "body": """{"RQST": {"name": "send_sms_list", "REQID": "{{ id }}",
            "LABELID": "{{ values.label }}", "CONTRACTTYPEID": "{{ values.contract_type }}",
            "CONTRACTID": "{{ values.contract }}", "TEMPLATEID": "{{ {
                "problem": values.template_problem, "recovery": values.template_recovery,
                "retired": values.template_retired, "test": values.template_test}[template] }}",
            "PARAMS": [{% for part in parts %}{"NUM": "{{ loop.index }}",
                "CONTENT": "{{ part }}"}{{ "" if loop.last else "," }}{% endfor %}],
            "SCHEDULETIME": "", "MOBILELIST": "{{ to }}", "ISTELCOSUB": "0",
            "AGENTID": "{{ values.agent }}", "APIUSER": "{{ values.api_user }}",
            "APIPASS": "{{ secrets.password }}", "USERNAME": "{{ values.user }}",
            "DATACODING": "0"}}""",
        "values": {"contract_type": "1"},
        "success": 'json.RPLY.ERROR == "0"',
        "receipt": "json.RPLY.ERROR_DESC",
        "reason": 'json.RPLY.ERROR ~ " " ~ json.RPLY.ERROR_DESC',
    },
    "viettel": {
        "format": "soap",
        "headers": {"SOAPAction": '""'},
        "body": _SOAP
        % (
            f"<sms:wsCpMt>{_VIETTEL_LOGIN}<RequestID>{{{{ values.request }}}}</RequestID>"
            "<UserID>{{ to }}</UserID><ReceiverID>{{ to }}</ReceiverID>"
            "<ServiceID>{{ values.brand }}</ServiceID><CommandCode>bulksms</CommandCode>"
            "<Content>{{ text }}</Content><ContentType>0</ContentType></sms:wsCpMt>"
        ),
        "values": {"request": "1"},
        "success": 'xml.result == "1"',
        "receipt": "xml.message",
        "reason": "xml.message",
        "broken": 'find("Authenticate")',
        "permanent": 'find("NOT_MATCH_TEMPL")',
        "balance": {
            "url": "",
            "format": "soap",
            "headers": {"SOAPAction": '""'},
            "body": _SOAP % f"<sms:checkBalance>{_VIETTEL_LOGIN}</sms:checkBalance>",
            "value": "xml.balance",
        },
        "least_balance": 100_000,
    },
    "fpt": {
        "url": "https://app.sms.fpt.net/api/push-brandname-otp",
        "token": {
            "url": "/oauth2/token",
            "body": """{"grant_type": "client_credentials", "client_id": "{{ values.client }}",
                "client_secret": "{{ secrets.secret }}", "scope": "send_brandname_otp",
                "session_id": "{{ id }}"}""",
            "value": "access_token",
        },
        "body": """{"access_token": "{{ token }}", "session_id": "{{ id }}",
            "BrandName": "{{ values.brand }}", "Phone": "{{ to }}",
            "Message": "{{ text | base64 }}", "RequestId": "{{ id }}"}""",
        "success": "MessageId and not error",
        "receipt": "MessageId",
        "reason": 'error ~ " " ~ error_description',
    },
}
