"""What may be swept, and in which order?"""

import pytest

from core.discovery import Terms, addresses, size, wanted, within
from core.errors import Invalid

TERMS = Terms(ranges=("10.75.0.0/16", "2001:db8::/112"), addresses=1000)


def test_addresses_come_in_order_and_from_anywhere_on() -> None:
    ranges = ("10.75.1.0/30", "10.75.2.4/32", "10.75.3.0/31")
    every = ["10.75.1.1", "10.75.1.2", "10.75.2.4", "10.75.3.0", "10.75.3.1"]
    assert list(addresses(ranges)) == every
    assert size(ranges) == len(every)
    for begin in range(7):
        assert list(addresses(ranges, begin)) == every[begin:]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("10.76.0.0/24", "lies in no range that may be swept"),
        ("0.0.0.0/0", "lies in no range that may be swept"),
        ("169.254.169.254/32", "lies in no range that may be swept"),
        ("10.75.0.1/16", "no range of addresses"),
        ("trung-tam", "no range of addresses"),
        ("10.75.0.0/20", "more than the 1000 of one sweep"),
        ("::ffff:10.75.0.0/120", "lies in no range that may be swept"),
    ],
)
def test_what_may_not_be_swept_is_refused_with_its_mend(text: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        wanted([text], TERMS)


def test_what_lies_within_is_swept_once() -> None:
    assert wanted([" 10.75.3.0/24", "10.75.3.0/24"], Terms(("10.75.0.0/16",))) == ("10.75.3.0/24",)
    assert within("10.75.3.9", ("10.75.3.0/24",))
    assert not within("may-chu", ("10.75.3.0/24",))
