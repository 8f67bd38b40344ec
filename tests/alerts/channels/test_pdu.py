"""SMS-DELIVER by the book: vectors that are known, and a writer of our own from TS 23.040."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels import _pdu
from tests.alerts.channels.providers import deliver


def test_a_pdu_that_every_handbook_prints() -> None:
    pdu = "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07"
    assert _pdu.read(pdu) == _pdu.Delivered("+31641600986", "How are you?")


def test_vietnamese_with_its_marks_comes_as_ucs2() -> None:
    pdu = deliver.pdu("+84901234567", "Đã nhận 0042, em đang ra trạm")
    assert _pdu.read(pdu) == _pdu.Delivered("+84901234567", "Đã nhận 0042, em đang ra trạm")


@given(
    st.sampled_from(["+84901234567", "0901234567", "191", "VIETTEL"]),
    st.text(deliver.GSM7.replace("\x1b", ""), max_size=153),
    st.sampled_from([None, (7, 2, 1), (255, 3, 3)]),
)
def test_whatever_is_written_in_seven_bits_is_read(
    sender: str, text: str, part: tuple[int, int, int] | None
) -> None:
    said = _pdu.read(deliver.pdu(sender, text, part=part, ucs2=False))
    expected = _pdu.Part(part[0], part[1], part[2]) if part else None
    assert said == _pdu.Delivered(sender, text, expected)


@given(st.text(st.characters(exclude_categories=["Cs"], max_codepoint=0xFFFF), max_size=67))
def test_whatever_is_written_in_ucs2_is_read(text: str) -> None:
    said = _pdu.read(deliver.pdu("+84901234567", text, part=(1, 2, 1), ucs2=True))
    assert said == _pdu.Delivered("+84901234567", text, _pdu.Part(1, 2, 1))


def test_a_receipt_of_the_network_is_no_message() -> None:
    assert _pdu.read("07914889004042F806" + "00" * 20) is None


@given(st.binary(max_size=200))
def test_nonsense_is_refused_and_nothing_else_happens(data: bytes) -> None:
    try:
        said = _pdu.read(data.hex())
    except ValueError:
        return
    assert said is None or isinstance(said, _pdu.Delivered)


@given(st.data())
def test_a_pdu_that_is_cut_anywhere_is_refused(data: st.DataObject) -> None:
    whole = deliver.pdu("+84901234567", "OK 0042")
    end = data.draw(st.integers(1, len(whole) - 1))
    with pytest.raises(ValueError, match=r"\w"):
        _pdu.read(whole[:end])


def test_an_endless_one_is_not_read() -> None:
    with pytest.raises(ValueError, match="longer"):
        _pdu.read("0" * 100_000)
