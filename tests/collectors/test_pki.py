"""Do OCSP, CRL and time stamps count only where signature, freshness and subject hold?"""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
import uvloop
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from collectors import crl, ocsp, timestamp
from collectors._net.trouble import Trouble
from collectors._pki import crl as lists
from collectors._pki import ocsp as questions
from collectors._pki import papers, stamp
from collectors._pki.params import CrlParams, OcspParams
from core.clock import SystemClock
from core.reading import FailureKind
from core.watching import Check
from runtime.scheduler import look_once
from tests.collectors.authority import Authority, serving
from tests.collectors.certificates import NOW
from tests.collectors.looking import a_kit, kind, looked, values, why
from tests.factories import FakeClock, a_check

OCSP, CRL, TSA = ocsp.COLLECTOR, crl.COLLECTOR, timestamp.COLLECTOR


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("other"))


@pytest.fixture
def responder(authority: Authority) -> Iterator[str]:
    with authority.responding() as url:
        yield url


def asking(authority: Authority, name: str = "an", timeout: float = 5.0, **params: object) -> Check:
    told = {"certificate": authority.path(f"{name}.pem"), "issuer": authority.path("ca.pem")}
    return a_check("a", "ocsp", address="a", timeout=timeout, params={**told, **params})


@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_a_good_certificate_is_good_by_the_address_that_it_names(
    authority: Authority, responder: str, method: str
) -> None:
    reading, run = await looked(OCSP, asking(authority, method=method))
    assert reading.ok, run.lines
    got = values(reading)
    assert got["probe_ocsp_certificate_status"] == 0
    assert (
        abs(got["probe_ocsp_this_update_timestamp_seconds"] - SystemClock().now().timestamp()) < 600
    )


async def test_a_revoked_certificate_is_told_unless_it_should_be(
    authority: Authority, responder: str
) -> None:
    reading, _ = await looked(OCSP, asking(authority, "binh", url=responder))
    assert why(reading).startswith("the certificate is revoked since ")
    assert values(reading)["probe_ocsp_certificate_status"] == 2
    reading, run = await looked(OCSP, asking(authority, "binh", url=responder, status="revoked"))
    assert reading.ok, run.lines


async def test_an_answer_for_our_question_bears_our_number(
    authority: Authority, responder: str
) -> None:
    reading, run = await looked(OCSP, asking(authority, url=responder, nonce=True))
    assert reading.ok, run.lines


async def test_an_answer_of_somebody_else_is_not_believed(
    authority: Authority, stranger: Authority
) -> None:
    for signer in ("an", "tsa"):  # of the authority, but not charged with answering
        with authority.responding(signer) as url:
            reading, _ = await looked(OCSP, asking(authority, url=url))
        assert "is not signed by the certificate's issuer" in why(reading)
    with authority.responding("ca") as url:
        reading, run = await looked(OCSP, asking(authority, url=url))
    assert reading.ok, run.lines


async def test_an_old_answer_is_no_answer(authority: Authority) -> None:
    with authority.responding("ca", "-nmin", "5") as url:
        check = asking(authority, url=url)
        clock = FakeClock(SystemClock().now() + timedelta(minutes=4))
        kit = a_kit(clock)
        assert (await look_once(OCSP, check, kit))[1].ok
        clock.advance(120)
        _, reading = await look_once(OCSP, check, kit)
        assert "has been out of date since" in why(reading)
        clock.advance(-3600)
        _, reading = await look_once(OCSP, check, kit)
        assert "of the future" in why(reading)
        await kit.aclose()


async def test_the_age_of_an_answer_is_bounded(authority: Authority, responder: str) -> None:
    check = asking(authority, url=responder, max_age_hours=1)
    kit = a_kit(FakeClock(SystemClock().now() + timedelta(hours=2)))
    _, reading = await look_once(OCSP, check, kit)
    await kit.aclose()
    assert "hours old, more than 1" in why(reading)


async def test_a_certificate_of_another_issuer_is_our_own_fault(
    authority: Authority, stranger: Authority
) -> None:
    reading, _ = await looked(OCSP, asking(authority, issuer=stranger.path("ca.pem")))
    assert kind(reading) is FailureKind.LOCAL
    assert "was not issued by the given issuer" in why(reading)
    reading, _ = await looked(OCSP, asking(authority, issuer="/no/such/file.pem"))
    assert "cannot be read" in why(reading)
    reading, _ = await looked(OCSP, asking(authority, certificate="-----BEGIN nothing"))
    assert "is no certificate in PEM" in why(reading)


def listing(url: str | None, authority: Authority, **params: object) -> Check:
    told = {"issuer": authority.path("ca.pem"), **({"url": url} if url else {})}
    return a_check("a", "crl", address="a", timeout=5, params={**told, **params})


async def test_a_list_is_fetched_and_told(authority: Authority) -> None:
    async with serving(authority.crl(), authority) as url:
        check = listing(url, authority, certificate=authority.path("an.pem"), min_hours=24)
        reading, run = await looked(CRL, check)
    assert reading.ok, run.lines
    got = values(reading)
    assert got["probe_crl_entries"] == 1
    left = got["probe_crl_next_update_timestamp_seconds"] - SystemClock().now().timestamp()
    assert left == pytest.approx(7 * 86400, abs=600)


async def test_a_list_in_pem_is_read_too(authority: Authority) -> None:
    authority.crl()
    text = (authority.folder / "list.pem").read_bytes()
    async with serving(text, authority) as url:
        reading, run = await looked(CRL, listing(url, authority))
    assert reading.ok, run.lines


async def test_a_list_that_runs_out_is_told_before_and_after(authority: Authority) -> None:
    async with serving(authority.crl("-crlsec", "3600"), authority) as url:
        reading, _ = await looked(CRL, listing(url, authority, min_hours=2))
        assert "in less than 2 hours" in why(reading)
        kit = a_kit(FakeClock(SystemClock().now() + timedelta(hours=3)))
        _, reading = await look_once(CRL, listing(url, authority), kit)
        await kit.aclose()
    assert "has been out of date since" in why(reading)


async def test_a_certificate_that_stands_in_the_list_is_told(authority: Authority) -> None:
    async with serving(authority.crl(), authority) as url:
        check = listing(url, authority, certificate=authority.path("binh.pem"))
        reading, _ = await looked(CRL, check)
    assert why(reading).startswith("the certificate is revoked since ")


async def test_a_list_of_somebody_else_or_none_is_not_believed(
    authority: Authority, stranger: Authority
) -> None:
    async with serving(stranger.crl(), authority) as url:
        reading, _ = await looked(CRL, listing(url, authority))
    assert why(reading) == "the list is not signed by the given issuer"
    async with serving(b"<html>404</html>", authority) as url:
        reading, _ = await looked(CRL, listing(url, authority))
        assert why(reading) == "what came is no list of revoked certificates"
        reading, _ = await looked(CRL, listing(f"{url}x", authority, max_bytes=1024))
        assert not reading.ok
    async with serving(b"x" * 5000, authority) as url:
        reading, _ = await looked(CRL, listing(url, authority, max_bytes=1024))
    assert why(reading) == "the answer is longer than 1024 bytes"


def stamping(url: str, **params: object) -> Check:
    return a_check("a", "timestamp", address="a", timeout=5, params={"url": url, **params})


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
async def test_a_stamp_that_holds_is_good(authority: Authority, algorithm: str) -> None:
    async with serving(None, authority) as url:
        check = stamping(
            url,
            roots=authority.path("ca.pem"),
            algorithm=algorithm,
            policy="1.3.6.1.4.1.99999.1",
        )
        reading, run = await looked(TSA, check)
    assert reading.ok, run.lines
    got = values(reading)
    assert got["probe_tsa_offset_seconds"] == 0
    assert got["probe_tsa_accuracy_seconds"] == 1.5
    assert got["probe_tsa_certificate_expiry_timestamp_seconds"] > NOW.timestamp()


async def test_a_stamp_without_roots_is_held_against_its_own_chain(authority: Authority) -> None:
    async with serving(None, authority) as url:
        reading, run = await looked(TSA, stamping(url))
    assert reading.ok, run.lines


def test_a_stamp_that_was_granted_with_changes_is_a_stamp(authority: Authority) -> None:
    asked = stamp.question("sha256")
    whole = authority.stamp(asked.octets)
    changed_ = whole.replace(bytes.fromhex("3003020100"), bytes.fromhex("3003020101"), 1)
    assert changed_ != whole
    assert stamp.read(changed_, asked, (), None).policy == stamp.read(whole, asked, (), None).policy


async def test_a_stamp_of_a_stranger_or_another_policy_is_not_believed(
    authority: Authority, stranger: Authority
) -> None:
    async with serving(None, authority) as url:
        reading, _ = await looked(TSA, stamping(url, roots=stranger.path("ca.pem")))
        assert why(reading).startswith("the stamp does not hold: ")
        check = stamping(url, roots=authority.path("ca.pem"), policy="1.2.3.4")
        reading, _ = await looked(TSA, check)
        assert why(reading) == "the stamp does not hold: Policy ID mismatch"


async def test_a_stamp_that_was_made_for_another_question_is_not_believed(
    authority: Authority,
) -> None:
    old = authority.stamp(stamp.question("sha256").octets)
    async with serving(old, authority) as url:
        reading, _ = await looked(TSA, stamping(url, roots=authority.path("ca.pem")))
    assert why(reading) == "the stamp does not hold: Nonce mismatch"


async def test_a_wrong_clock_and_an_ending_certificate_are_told(authority: Authority) -> None:
    async with serving(None, authority) as url:
        kit = a_kit(FakeClock(SystemClock().now() + timedelta(minutes=10)))
        _, reading = await look_once(TSA, stamping(url), kit)
        await kit.aclose()
        assert "s behind this machine's" in why(reading)
        reading, _ = await looked(TSA, stamping(url, min_days=400))
    assert why(reading).startswith("the authority's own certificate ends at ")


async def test_a_refusal_is_told(authority: Authority) -> None:
    refusal = authority.stamp(b"no query")
    async with serving(refusal, authority) as url:
        reading, _ = await looked(TSA, stamping(url))
    assert why(reading).startswith("no stamp: rejection")


async def test_an_event_loop_like_that_of_the_platform_asks_alike(
    authority: Authority, responder: str
) -> None:
    reading = await asyncio.to_thread(lambda: uvloop.run(looked(OCSP, asking(authority)))[0])
    assert reading.ok, reading.failure


def changed(good: bytes, edits: list[tuple[int, int]]) -> bytes:
    junk = bytearray(good)
    for at, value in edits:
        junk[at % len(junk)] = value
    return bytes(junk)


EDITS = st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), min_size=1, max_size=6)
CALM = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@CALM
@given(
    st.one_of(st.binary(max_size=200).map(lambda junk: (junk, [])), EDITS.map(lambda e: (b"", e)))
)
def test_no_octets_break_the_reading_of_stamps(
    authority: Authority, strange: tuple[bytes, list[tuple[int, int]]]
) -> None:
    junk, edits = strange
    question, good = known(authority)
    roots = papers.certificates(authority.path("ca.pem"), "it")
    octets = changed(good, edits) if edits else junk
    try:
        stamp.read(octets, question, roots, None)
    except Trouble:
        return
    assert octets == good or edits  # a bit outside of what is signed may be any


@CALM
@given(st.binary(max_size=200), EDITS)
def test_no_octets_break_the_reading_of_lists_and_answers(
    authority: Authority, junk: bytes, edits: list[tuple[int, int]]
) -> None:
    found = papers.certificate(authority.path("an.pem"), "it")
    issuer = papers.certificate(authority.path("ca.pem"), "it")
    asked = questions.question(found, issuer, nonce=False)
    for octets in (junk, changed(listed(authority), edits)):
        for read in (
            lambda octets=octets: lists.read(octets, issuer, found.serial_number),
            lambda octets=octets: questions.read(octets, asked, issuer, NOW),
        ):
            try:
                read()
            except Trouble:
                continue


_KNOWN: dict[str, tuple[stamp.Question, bytes]] = {}
_LISTED: dict[str, bytes] = {}


def known(authority: Authority) -> tuple[stamp.Question, bytes]:
    """Return a question and its good answer, made once."""
    key = str(authority.folder)
    if key not in _KNOWN:
        question = stamp.question("sha256")
        _KNOWN[key] = question, authority.stamp(question.octets)
    return _KNOWN[key]


def listed(authority: Authority) -> bytes:
    key = str(authority.folder)
    if key not in _LISTED:
        _LISTED[key] = authority.crl()
    return _LISTED[key]


def test_what_cannot_be_asked_is_refused() -> None:
    with pytest.raises(ValidationError, match="needs a certificate"):
        OcspParams.model_validate({"url": "http://a/"})
    with pytest.raises(ValidationError, match="needs a url"):
        CrlParams.model_validate({})
