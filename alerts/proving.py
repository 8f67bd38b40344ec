"""What is said to a new number or address, so that its owner can say that it is theirs?"""

from hashlib import sha256

from alerts.answering import written
from alerts.wording import moment, registered, sms
from core.incident import Message, Short
from core.proof import Proof
from core.text import Language, Text

_SUBJECT = Text(vi="Thông Suốt: mã xác nhận {code}", en="Thông Suốt: code {code}")
_BODY = Text(
    vi="Đây là nơi nhận tin báo sự cố của {name}. Mã xác nhận: {code}.",
    en="This is where {name} is told of outages. The code: {code}.",
)
_BACK = Text(vi="Trả lời {answer}{to} để xác nhận.", en="Answer {answer}{to} to confirm.")
_READ_OUT = Text(
    vi="Xin đọc mã này cho người quản trị, hoặc nhập ở trang Đầu mối.",
    en="Please read it to the administrator, or type it on the page Contacts.",
)
_TO = Text(vi=" gửi {number}", en=" to {number}")
_PART = Text(vi="{at}. Ma xac nhan: {code}", en="{at}. Code: {code}")


def proof_message(proof: Proof, name: str, language: Language, reply_to: str | None) -> Message:
    """Return the message; `reply_to` as of `runtime.dispatcher.Outlet`, None: by the page alone.

    Where it cannot be answered an SMS is the registered test text, with the code as its time.
    """
    about = {"name": name, "code": proof.code}
    subject = _SUBJECT.said(language).format(**about)
    body = _BODY.said(language).format(**about)
    part = _PART.said(language).format(at=moment(proof.at, language), code=proof.code)
    if reply_to is None:
        body = f"{body} {_READ_OUT.said(language)}"
        text = registered("test", language, [part])
    else:
        to = _TO.said(language).format(number=reply_to) if reply_to else ""
        body = f"{body} {_BACK.said(language).format(answer=written(proof.code), to=to)}"
        text = sms(f"Thông Suốt: {body}")
    mark = sha256(f"{proof.contact} {proof.address} {proof.code}".encode()).hexdigest()[:16]
    return Message(
        id=f"proof.{mark}",
        to=proof.address,
        subject=subject,
        body=f"{body}\n",
        data={"purpose": "proof", "contact": proof.contact},
        short=Short(
            sms=text,
            minimal=body,
            template="test",
            parts=(sms(part),),
            code=proof.code,
            words={"at": moment(proof.at, language), "code": proof.code},
        ),
    )
