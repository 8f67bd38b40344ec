"""Words about the platform itself are read on every channel, as words about incidents are."""

from datetime import timedelta

from alerts.channels._words import short, worded
from alerts.notice import notice
from alerts.wording import SMS_LENGTH
from core.incident import Message
from tests.factories import DAWN

SUBJECT = "Có tin báo chưa đến được người nhận sau hơn 2 phút"


def said(subject: str = SUBJECT, known_by: str = "late", **more: str) -> Message:
    return notice(
        "platform",
        known_by,
        to="0901234567",
        subject=subject,
        body=f"{subject}.\n",
        at=DAWN + timedelta(hours=2),
        language="vi",
        **{"url": "https://ts.example.vn", **more},
    )


def test_a_gateway_gets_one_of_its_registered_texts() -> None:
    few = short(said())
    assert few.template == "problem"
    assert few.sms == "SU CO: {} luc {}. Ma {}".format(*few.parts)
    assert few.sms.startswith("SU CO: Co tin bao chua den duoc nguoi nhan sau hon 2 phut luc 11:00")
    assert len(short(said("Rất dài " * 40)).sms) <= SMS_LENGTH


def test_a_service_outside_reads_what_it_is_about() -> None:
    assert worded(said(), "minimal") == f"{SUBJECT}. https://ts.example.vn"


def test_the_same_said_again_has_the_same_id_and_anything_else_another() -> None:
    assert said().id == said().id
    assert len({said().id, said(known_by="kept").id}) == 2


def test_machines_get_the_facts() -> None:
    data = said(rota="cntt").data
    assert data is not None
    assert (data["purpose"], data["rota"]) == ("platform", "cntt")
