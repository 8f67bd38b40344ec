"""An address says how a service is looked at, and can be said again."""

import pytest

from inventory.urls import Way, cut, url_of


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
    ],
)
def test_what_is_cut_can_be_written_again(url: str) -> None:
    way = cut(url)
    assert isinstance(way, Way)
    assert url_of(way.collector, way.host, way.params) == url


def test_a_collector_that_no_address_asks_for_has_none() -> None:
    assert url_of("icmp", "10.0.0.1", {}) is None
