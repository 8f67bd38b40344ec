"""An address says how a service is looked at, and can be said again."""

import pytest

from inventory.faults import Fault
from inventory.urls import Guess, Way, completed, cut, url_of


@pytest.mark.parametrize(
    "url",
    [
        "https://cong.example/duong-dan?x=1",
        "http://[2001:db8::1]:8080/",
        "tls://thu.example:993",
        "tcp://[2001:db8::1]:25",
        "dns://10.0.0.53:53/cong.example?type=AAAA",
        "ntp://gio.example:123",
        "sip:tong-dai.example:5060;transport=udp",
        "sip:[2001:db8::1]:5061;transport=tcp",
        "sip:tong-dai.example:5061;transport=tls",
        "any:8.8.8.8,1.1.1.1:53,[2001:db8::1]:443?need=2",
        "any:8.8.8.8,2001:db8::1",
        "any:8.8.8.8,1.1.1.1?source=10.0.0.2",
        "any:8.8.8.8,1.1.1.1:53,9.9.9.9?need=2&source=10.0.0.2",
    ],
)
def test_what_is_cut_can_be_written_again(url: str) -> None:
    way = cut(url)
    assert isinstance(way, Way)
    assert url_of(way.collector, way.host, way.params) == url


@pytest.mark.parametrize(
    "url",
    [
        "any:",
        "any:8.8.8.8",  # one is no choice
        "any:8.8.8.8,8.8.8.8",
        "any:8.8.8.8,dns.google",
        "any:8.8.8.8,1.1.1.1?need=3",
        "any:8.8.8.8,1.1.1.1?need=0",
        "any:8.8.8.8,1.1.1.1?neeed=1",
        "any:8.8.8.8,1.1.1.1?source=fd00::1",
        "any:8.8.8.8,1.1.1.1?source=10.0.0.2:53",
        "any:8.8.8.8,1.1.1.1?source=eth0",
        f"any:{','.join(f'10.0.0.{n}' for n in range(17))}",
    ],
)
def test_references_that_cannot_be_counted_are_no_address(url: str) -> None:
    found = cut(url)
    assert isinstance(found, Fault)
    assert "any:8.8.8.8,1.1.1.1:53" in found.mend.vi


def test_references_may_be_told_apart_by_what_a_sheet_leaves_alone() -> None:
    found = cut("any:8.8.8.8; 1.1.1.1:53 9.9.9.9")
    assert isinstance(found, Way)
    assert found.params["references"] == ("8.8.8.8", "1.1.1.1:53", "9.9.9.9")


def test_a_collector_that_no_address_asks_for_has_none() -> None:
    assert url_of("icmp", "10.0.0.1", {}) is None


@pytest.mark.parametrize(
    ("text", "kind", "url", "certain"),
    [
        ("DongNai.gov.vn", "website", "https://dongnai.gov.vn/", True),
        ("dongnai.gov.vn/tin", "portal", "https://dongnai.gov.vn/tin", True),
        ("10.75.0.30", "application", "https://10.75.0.30/", True),
        ("10.75.0.30:80", "application", "http://10.75.0.30:80/", True),
        ("10.75.0.30:8080", "website", "https://10.75.0.30:8080/", False),
        ("dongnai.gov.vn", "", "https://dongnai.gov.vn/", False),
        ("mail.dongnai.gov.vn:993", "mail", "tcp://mail.dongnai.gov.vn:993", True),
        ("mail.dongnai.gov.vn", "mail", "tls://mail.dongnai.gov.vn:993", False),
        ("10.75.0.40:1433", "other", "tcp://10.75.0.40:1433", True),
        ("10.75.0.123", "ntp", "ntp://10.75.0.123", True),
        ("10.75.0.5:5061", "sip", "sip:10.75.0.5:5061", True),
        ("10.75.0.20", "dns", "dns://10.75.0.20/tên-miền?type=A", False),
    ],
)
def test_a_scheme_is_added_where_the_kind_leaves_one_reading(
    text: str, kind: str, url: str, certain: bool
) -> None:
    assert completed(text, kind) == Guess(url, certain)


@pytest.mark.parametrize(
    "text", ["trang tin của tỉnh", "portal", "a:b@x.vn", "x.vn:0", "x.vn:999999"]
)
def test_what_is_no_host_stands_for_no_address(text: str) -> None:
    assert completed(text, "website") is None
