"""Does the zone collector tell a zone in order from one whose servers or signatures fail?"""

import base64
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from collectors import dns_zone
from collectors._dns import mailpolicy
from collectors._dns.zone import _spread
from collectors._dns.zone_params import Params
from core.reading import FailureKind
from core.watching import Check
from tests.collectors.certificates import NOW
from tests.collectors.looking import by, kind, looked, values, why
from tests.collectors.servers import replying
from tests.collectors.zones import ZONE, Signed, serving, signed, text
from tests.factories import a_check
from tests.ports import free_port

COLLECTOR = dns_zone.COLLECTOR
PARENT = """$ORIGIN test.
$TTL 300
@ SOA ns1.dongnai.test. admin.test. 1 3600 600 86400 60
@ NS ns1.dongnai.test.
dongnai NS ns1.dongnai.test.
ns1.dongnai A 127.0.0.1
dongnai DS {anchor}
"""


@pytest.fixture(scope="module")
def zone() -> Signed:
    return signed(text(2026110501))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, zone: Signed) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("nsd")
    files = {ZONE: zone.file, "test": PARENT.format(anchor=zone.anchor)}
    with serving(folder, files) as port:
        yield port


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A second server that was forgotten: an old serial, and signatures that have ended."""
    old = signed(text(2026110400), days=-1, begun=30)
    with serving(tmp_path_factory.mktemp("old"), {ZONE: old.file}) as port:
        yield port


def examining(port: int, timeout: float = 5.0, **params: object) -> Check:
    return a_check(
        "a",
        "dns_zone",
        address="127.0.0.1",
        timeout=timeout,
        params={"zone": ZONE, "port": port, **params},
    )


RECORDS = ("www A 10.75.0.1", "@ MX mail.dongnai.test", "mail A 10.75.0.5")


async def test_a_zone_in_order_is_good_in_every_aspect(server: int, zone: Signed) -> None:
    check = examining(server, records=RECORDS, dnssec=True, spf=True, dmarc=True)
    reading, run = await looked(COLLECTOR, check)
    assert reading.ok, run.lines
    status = by(reading, "probe_dns_zone_status", "aspect")
    assert status == dict.fromkeys(("servers", "records", "dnssec", "spf", "dmarc"), 0.0)
    assert by(reading, "probe_dns_zone_serial", "server") == {"ns1.dongnai.test": 2026110501}
    until = values(reading)["probe_dns_zone_signature_expiry_timestamp_seconds"]
    assert until == pytest.approx(NOW.timestamp() + 30 * 86400, abs=2)


async def test_servers_that_disagree_are_told_with_their_serials(server: int, other: int) -> None:
    both = (f"127.0.0.1:{server}", f"127.0.0.1:{other}")
    reading, _ = await looked(COLLECTOR, examining(server, servers=both))
    assert why(reading).startswith("the servers do not agree: 127.0.0.1:")
    assert "2026110400" in why(reading)
    assert by(reading, "probe_dns_zone_status", "aspect")["agreement"] == 2
    reading, run = await looked(COLLECTOR, examining(server, servers=both, max_serial_lag=1000))
    assert reading.ok, run.lines


async def test_a_silent_server_among_good_ones_is_named_and_the_rest_still_judged(
    server: int,
) -> None:
    async with replying(lambda _: []) as (silent, _):
        both = (f"127.0.0.1:{server}", f"127.0.0.1:{silent}")
        check = examining(server, timeout=2.0, servers=both, records=RECORDS)
        reading, _ = await looked(COLLECTOR, check)
    assert why(reading) == f"127.0.0.1:{silent}: 127.0.0.1:{silent} does not answer within 0.8 s"
    assert by(reading, "probe_dns_zone_status", "aspect") == {"servers": 2.0, "records": 0.0}


async def test_a_server_that_does_not_know_the_zone_is_told(server: int) -> None:
    check = examining(server, servers=f"127.0.0.1:{server}")
    check = check.model_copy(update={"params": {**check.params, "zone": "example.invalid"}})
    reading, _ = await looked(COLLECTOR, check)
    assert kind(reading) is FailureKind.REFUSED
    assert "does not speak for the zone (REFUSED)" in why(reading)


async def test_nobody_at_the_port_is_refused() -> None:
    port = free_port()
    reading, _ = await looked(COLLECTOR, examining(port, servers=f"127.0.0.1:{port}"))
    assert kind(reading) is FailureKind.REFUSED


async def test_a_wrong_record_is_told_with_what_is_there(server: int) -> None:
    reading, _ = await looked(COLLECTOR, examining(server, records="www A 10.75.0.9"))
    assert why(reading) == "www A is 10.75.0.1, 10.75.0.2, not 10.75.0.9"


async def test_signatures_that_have_ended_fail(other: int, zone: Signed) -> None:
    check = examining(other, servers=f"127.0.0.1:{other}", dnssec=True, anchors=zone.anchor)
    reading, _ = await looked(COLLECTOR, check)
    assert why(reading) == "DNSSEC: the zone above names none of the zone's keys"


async def test_the_end_of_signatures_is_told_in_time(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    short = signed(text(5), days=1)
    with serving(tmp_path_factory.mktemp("short"), {ZONE: short.file}) as port:
        check = examining(port, servers=f"127.0.0.1:{port}", dnssec=True, anchors=short.anchor)
        reading, _ = await looked(COLLECTOR, check)
        assert why(reading).startswith("DNSSEC: a signature ends at ")
        later = check.model_copy(update={"params": {**check.params, "min_days": 0}})
        reading, run = await looked(COLLECTOR, later)
    assert reading.ok, run.lines


async def test_expired_and_forged_signatures_do_not_hold(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    ended = signed(text(5), days=-1, begun=20)
    with serving(tmp_path_factory.mktemp("ended"), {ZONE: ended.file}) as port:
        check = examining(port, servers=f"127.0.0.1:{port}", dnssec=True, anchors=ended.anchor)
        reading, _ = await looked(COLLECTOR, check)
    assert "the signature of dongnai.test. DNSKEY does not hold: expired" in why(reading)
    forged = signed(text(5))
    content = forged.file.replace("10.75.0.1\n", "10.75.66.6\n")
    assert content != forged.file
    with serving(tmp_path_factory.mktemp("forged"), {ZONE: content}) as port:
        check = examining(
            port,
            servers=f"127.0.0.1:{port}",
            dnssec=True,
            anchors=forged.anchor,
            records="www A 10.75.66.6",
        )
        reading, _ = await looked(COLLECTOR, check)
    assert why(reading) == (
        "DNSSEC: the signature of www.dongnai.test. A does not hold: verify failure"
    )


async def test_a_zone_without_signatures_and_mail_records_is_told_all_at_once(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    bare = f"$ORIGIN {ZONE}.\n$TTL 300\n@ SOA ns1 admin 7 1 1 1 1\n@ NS ns1\nns1 A 127.0.0.1\n"
    with serving(tmp_path_factory.mktemp("bare"), {ZONE: bare}) as port:
        check = examining(port, dnssec=True, spf=True, dmarc=True, dkim="s1")
        reading, _ = await looked(COLLECTOR, check)
    for said in ("DNSSEC: the zone above says nothing", "no SPF record", "DKIM s1: no key"):
        assert said in why(reading)
    assert set(by(reading, "probe_dns_zone_status", "aspect").values()) == {0.0, 2.0}


def test_serial_numbers_begin_anew() -> None:
    assert _spread([2**32 - 1, 1]) == 2
    assert _spread([5, 5, 5]) == 0


@pytest.mark.parametrize(
    ("texts", "fault"),
    [
        (["v=spf1 mx -all"], None),
        (["v=spf1 ip4:10.0.0.0/8 ip6:fd00::/8 a:mail.x.vn/24 include:_spf.x.vn ~all"], None),
        (["v=spf1 redirect=_spf.x.vn"], None),
        ([], "no SPF record"),
        (["v=spf10 -all"], "no SPF record"),
        (["v=spf1 -all", "v=spf1 mx -all"], "2 SPF records"),
        (["v=spf1 +all"], "lets everybody"),
        (["v=spf1 mx"], "says nothing about other senders"),
        (["v=spf1 ip4:300.1.1.1 -all"], "is no network"),
        (["v=spf1 ip4:fd00::1 -all"], "is no network"),
        (["v=spf1 mxx -all"], "mxx is not understood"),
        (["v=spf1 redirect=a.vn redirect=b.vn"], "redirect= stands there twice"),
        (["v=spf1 include: -all"], "names nobody"),
        (["v=spf1 " + "include:a.vn " * 11 + "-all"], "11 names to look up"),
    ],
)
def test_spf_is_read_as_receivers_read_it(texts: list[str], fault: str | None) -> None:
    found = mailpolicy.spf(texts)
    assert (found is None) if fault is None else (found is not None and fault in found)


@pytest.mark.parametrize(
    ("record", "fault"),
    [
        ("v=DMARC1; p=none", None),
        ("v=DMARC1;p=quarantine;sp=none;pct=50;rua=mailto:a@b.vn,mailto:c@d.vn", None),
        ("v=DMARC2; p=none", "no DMARC record"),
        ("v=DMARC1", "no policy"),
        ("v=DMARC1; p=block", "p=block is none of"),
        ("v=DMARC1; p=none; pct=101", "no share of 100"),
        ("v=DMARC1; p=none; rua=a@b.vn", "no address"),
        ("v=DMARC1; p=none; p=reject", "not understood"),
    ],
)
def test_dmarc_is_read_as_receivers_read_it(record: str, fault: str | None) -> None:
    found = mailpolicy.dmarc([record])
    assert (found is None) if fault is None else (found is not None and fault in found)


def _key(bits: int) -> str:
    made = rsa.generate_private_key(65537, bits).public_key()
    der = made.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


def test_keys_of_dkim_are_judged() -> None:
    assert mailpolicy.dkim("s", [f"v=DKIM1; k=rsa; p={_key(1024)}"]) is None
    raw = ed25519.Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    assert mailpolicy.dkim("s", [f"k=ed25519; p={base64.b64encode(raw).decode()}"]) is None
    for record, fault in (
        ("v=DKIM1; p=", "revoked"),
        ("v=DKIM1; p=!!", "not base64"),
        ("v=DKIM1; p=AAAA", "no RSA key"),
        ("v=DKIM1", "not understood"),
        ("k=dsa; p=AAAA", "unknown kind"),
    ):
        assert fault in (mailpolicy.dkim("s", [record]) or "")


@given(st.lists(st.text(max_size=200), max_size=3))
def test_no_text_breaks_the_reading_of_policies(texts: list[str]) -> None:
    for record in (
        *texts,
        *(f"v=spf1 {one}" for one in texts),
        *(f"v=DMARC1;{one}" for one in texts),
    ):
        mailpolicy.spf([record])
        mailpolicy.dmarc([record])
        mailpolicy.dkim("s", [record])


@given(st.binary(min_size=12, max_size=300))
async def test_no_reply_breaks_the_look(octets: bytes) -> None:
    async with replying(lambda asked: [asked[:2] + b"\x84" + octets[3:]]) as (port, _):
        check = examining(port, timeout=0.05, servers=f"127.0.0.1:{port}", dnssec=True, spf=True)
        reading, _ = await looked(COLLECTOR, check)
    assert not reading.ok


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"zone": "a..b"}, "not a name"),
        ({"zone": ZONE, "records": "www A"}, "has no value"),
        ({"zone": ZONE, "records": "www X 1"}, "not a record"),
        ({"zone": ZONE, "anchors": "1 2 3"}, "no DS record"),
    ],
)
def test_what_cannot_be_asked_is_refused(params: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Params.model_validate(params)
