"""Does the transaction collector do what a visitor does, and tell a page that is not ours?"""

import asyncio
import json
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
import trustme
import uvloop
from pydantic import ValidationError

from collectors import http_flow
from collectors._flow import tokens
from collectors._flow.params import Params
from collectors._http.errand import Answer
from core.clock import LOCAL, SystemClock
from core.reading import FailureKind, Reading
from core.watching import Check
from runtime.scheduler import look_once
from tests.collectors.looking import a_kit, by, kind, looked, values, why
from tests.collectors.servers import accepts, program, running, talking
from tests.collectors.webapp import CLIENT, PASSWORD, USER, WORD, serving
from tests.factories import FakeClock, a_check
from tests.ports import free_port

ROBOT = f"{USER}:{PASSWORD}"
COLLECTOR = http_flow.COLLECTOR


def walking(
    steps: object, timeout: float = 5.0, secret: str | None = None, **more: object
) -> Check:
    params = {"steps": steps, **more}
    return a_check("a", "http_flow", address="a", timeout=timeout, secret=secret, params=params)


def log_in(url: str) -> list[dict[str, object]]:
    return [
        {"name": "mở", "url": f"{url}/", "keyword": "văn bản"},
        {
            "name": "đăng nhập",
            "url": "/login",
            "hidden": True,
            "form": {"user": "{{user}}", "password": "{{password}}"},
            "final_url": "/home",
            "keyword": "VĂN BẢN ĐẾN",
            "extract": {"which": r"regex:/doc/(\d+)", "k": r"regex:k=([^']+)"},
        },
        {
            "name": "xem",
            "url": "/doc/{{which}}?k={{k}}",
            "json_path": "state",
            "json_value": "mới",
        },
    ]


async def test_a_robot_logs_in_through_the_form_and_opens_what_the_page_offers() -> None:
    async with serving() as app:
        check = walking(log_in(app.url("")), secret="robot")
        reading, run = await looked(COLLECTOR, check, robot=ROBOT)
    assert reading.ok, run.lines
    steps = by(reading, "probe_http_step_duration_seconds", "step")
    assert list(steps) == ["mở", "đăng nhập", "xem"]
    assert sum(steps.values()) <= values(reading)["probe_duration_seconds"]
    assert by(reading, "probe_http_step_status", "step")["xem"] == 200
    (sent,) = app.posted
    assert sent["remember"] == "on"
    assert "spam" not in sent
    assert "go" not in sent
    assert sent["unit"] == "2"
    assert sent["note"].split() == ["x", "y"]


async def test_nothing_that_is_secret_stands_in_the_transcript() -> None:
    async with serving() as app:
        check = walking(log_in(app.url("")), secret="robot")
        _, run = await looked(COLLECTOR, check, robot=ROBOT)
        sessions = app.sessions
    said = "\n".join(run.lines)
    assert PASSWORD not in said
    assert not any(session in said for session in sessions)


async def test_a_keyword_with_a_secret_in_it_is_told_as_it_was_written() -> None:
    async with serving() as app:
        step = {"url": app.url("/"), "keyword": "chào {{password}}"}
        reading, run = await looked(COLLECTOR, walking([step], secret="robot"), robot=ROBOT)
    assert why(reading) == 'step 1: the page lacks "chào {{password}}"'
    assert not any(PASSWORD in line for line in run.lines)


async def test_cookies_are_thrown_away_after_the_walk() -> None:
    async with serving() as app:
        kit = a_kit(robot=ROBOT)
        check = walking(log_in(app.url("")), secret="robot")
        _, reading = await look_once(COLLECTOR, check, kit)
        assert reading.ok
        again = walking([{"url": app.url("/doc/77")}], secret="robot")
        _, reading = await look_once(COLLECTOR, again, kit)
        await kit.aclose()
    assert kind(reading) is FailureKind.AUTH
    assert why(reading) == "step 1: HTTP 403 Forbidden"


async def test_a_wrong_password_fails_at_the_step_that_it_is_for() -> None:
    async with serving() as app:
        check = walking(log_in(app.url("")), secret="robot")
        reading, _ = await looked(COLLECTOR, check, robot=f"{USER}:other")
    assert why(reading).startswith("step đăng nhập: it ended at")
    steps = by(reading, "probe_http_step_duration_seconds", "step")
    assert list(steps) == ["mở", "đăng nhập"]


async def test_a_form_without_the_hidden_fields_is_refused_by_the_application() -> None:
    async with serving() as app:
        steps = log_in(app.url(""))
        steps[1] |= {"hidden": False}
        reading, _ = await looked(COLLECTOR, walking(steps, secret="robot"), robot=ROBOT)
    assert "HTTP 419" in why(reading)


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("field:csrf", "&1"),
        ("meta:csrf-token", "meta-"),
        ("regex:<title>([^<]+)", "Văn bản"),
        ("header:Content-Type", "text/html"),
        ("cookie:sid", ""),
    ],
)
async def test_what_an_answer_tells_can_be_used_later(rule: str, found: str) -> None:
    async with serving() as app:
        app.tokens.add("known")
        bearer = {"Authorization": "Bearer known"}
        steps = [
            {"url": app.url("/"), "extract": {"told": rule}},
            {
                "url": "/api",
                "headers": bearer,
                "json_body": {"a": ["{{told}}"]},
                "extract": {"back": "json:sent.a.0"},
            },
            {"url": "/api?x={{back}}", "headers": bearer, "json_path": "data.0.state"},
        ]
        reading, run = await looked(COLLECTOR, walking(steps))
        assert reading.ok, run.lines
        (told,) = app.sent[0]["a"]  # type: ignore[index]
        assert told
        assert found in told


async def test_what_is_not_found_is_named() -> None:
    async with serving() as app:
        steps = [{"url": app.url("/"), "extract": {"x": "field:nothing"}}]
        reading, _ = await looked(COLLECTOR, walking(steps))
    assert why(reading) == "step 1: nothing is found by field:nothing"


def by_token(url: str, **more: Any) -> Check:
    steps = [{"url": f"{url}/api", "headers": {"Authorization": "Bearer {{token}}"}}]
    return walking(steps, token_url=f"{url}/token", token_secret="client", **more)


@pytest.mark.parametrize("post", [False, True])
async def test_a_token_is_had_by_client_credentials(*, post: bool) -> None:
    async with serving() as app:
        check = by_token(app.url(""), token_post=post)
        reading, run = await looked(COLLECTOR, check, client=f"{CLIENT}:{WORD}")
        assert reading.ok, run.lines
        assert not any(token in line for line in run.lines for token in app.tokens)


async def test_a_refused_client_is_told_without_its_secret() -> None:
    async with serving() as app:
        reading, _ = await looked(COLLECTOR, by_token(app.url("")), client=f"{CLIENT}:wrong")
    assert kind(reading) is FailureKind.AUTH
    assert why(reading) == "no token: HTTP 401 invalid_client"


async def test_a_token_is_kept_until_shortly_before_it_ends() -> None:
    clock = FakeClock()
    async with serving(lasts=600) as app:
        kit = a_kit(clock, client=f"{CLIENT}:{WORD}")
        check = by_token(app.url(""))
        for _ in range(3):
            _, reading = await look_once(COLLECTOR, check, kit)
            assert reading.ok
        assert app.issued == 1
        clock.advance(580)
        await look_once(COLLECTOR, check, kit)
        assert app.issued == 2
        await kit.aclose()


async def test_a_token_that_is_refused_is_not_shown_again() -> None:
    async with serving() as app:
        kit = a_kit(FakeClock(), client=f"{CLIENT}:{WORD}")
        check = by_token(app.url(""))
        await look_once(COLLECTOR, check, kit)
        app.tokens.clear()
        _, reading = await look_once(COLLECTOR, check, kit)
        assert why(reading) == "step 1: HTTP 401 Unauthorized"
        _, reading = await look_once(COLLECTOR, check, kit)
        await kit.aclose()
    assert reading.ok
    assert app.issued == 2


@pytest.mark.parametrize(
    ("said", "seconds"), [("3600", 3600), ('"3599"', 3599), ("true", 0), ("1" + "0" * 400, 0)]
)
def test_how_long_a_token_lasts_is_read_as_servers_write_it(said: str, seconds: float) -> None:
    body = f'{{"access_token": "a", "expires_in": {said}}}'.encode()
    answer = Answer(200, "OK", {}, SimpleCookie(), body, None, cut=False)
    assert tokens._read(answer) == ("a", seconds)


async def test_a_token_that_says_no_end_is_used_for_one_look() -> None:
    async with serving(lasts=None) as app:
        kit = a_kit(client=f"{CLIENT}:{WORD}")
        for _ in range(2):
            await look_once(COLLECTOR, by_token(app.url("")), kit)
        await kit.aclose()
    assert app.issued == 2


async def test_a_redirect_does_not_carry_the_password_to_another_host() -> None:
    async with serving() as app:
        step = {"url": app.url("/away"), "form": {"password": "{{password}}"}}
        reading, _ = await looked(COLLECTOR, walking([step], secret="robot"), robot=ROBOT)
    assert "a redirect that would send our form to another host" in why(reading)
    assert not app.posted


async def test_a_step_that_takes_too_long_fails_and_is_measured() -> None:
    async def slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.3)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        await writer.drain()

    async with talking(slowly) as port:
        check = walking([{"url": f"http://127.0.0.1:{port}/", "max_seconds": 0.1}])
        reading, _ = await looked(COLLECTOR, check)
    assert kind(reading) is FailureKind.TIMEOUT
    assert "more than 0.1 s" in why(reading)
    assert by(reading, "probe_http_step_duration_seconds", "step")["1"] >= 0.3


def news(url: str, **more: Any) -> Check:
    return walking([{"url": f"{url}/news"}], **more)


async def test_the_age_of_the_newest_news_is_told_and_bounded() -> None:
    now = SystemClock().now().astimezone(LOCAL)
    day = (now - timedelta(days=9)).strftime("%d/%m/%Y")
    async with serving(news=f"<p>Đăng ngày {day}</p><p>05/11/2020</p>") as app:
        reading, run = await looked(COLLECTOR, news(app.url(""), max_age_days=30))
        assert reading.ok, run.lines
        age = values(reading)["probe_http_content_age_seconds"]
        assert 8 * 86400 <= age <= 9.01 * 86400
        reading, _ = await looked(COLLECTOR, news(app.url(""), max_age_days=7))
        assert "days old, more than 7" in why(reading)
        app.news = "<p>Không có ngày</p>"
        reading, _ = await looked(COLLECTOR, news(app.url(""), max_age_days=7))
    assert why(reading) == "no date is found on the page"


async def test_the_clock_of_the_page_is_no_news_where_a_pattern_says_where_news_stand() -> None:
    now = SystemClock().now().astimezone(LOCAL)
    old = (now - timedelta(days=40)).strftime("%d/%m/%Y")
    page = f"<div>Hôm nay: {now:%d/%m/%Y}</div><span class='d'>{old}</span>"
    async with serving(news=page) as app:
        reading, _ = await looked(COLLECTOR, news(app.url(""), max_age_days=7))
        assert reading.ok
        more = {"max_age_days": 7, "age_pattern": "class='d'>([^<]+)"}
        reading, _ = await looked(COLLECTOR, news(app.url(""), **more))
    assert "days old" in why(reading)


async def test_a_page_that_turned_into_another_is_told_until_it_is_back_or_accepted() -> None:
    async with serving() as app:
        kit, check = a_kit(), news(app.url(""), max_change=0.3, ignore="#counter")

        async def ask(check: Check = check) -> Reading:
            return (await look_once(COLLECTOR, check, kit))[1]

        ours = app.news
        first = await ask()
        assert first.ok
        assert "probe_http_content_changed_ratio" not in values(first)
        app.news = ours + "<p>Một tin mới về phòng chống bão lũ.</p><i id=counter>77 31 a b c</i>"
        reading = await ask()
        assert reading.ok
        assert 0 < values(reading)["probe_http_content_changed_ratio"] < 0.3
        app.news = "<h1>Trang này đã thuộc về chúng tôi</h1>" + "<p>lạ hoàn toàn khác hẳn</p>" * 40
        for _ in range(2):
            reading = await ask()
            assert "of the page has changed" in why(reading)
        assert 'new: "Trang này đã thuộc về chúng tôi"' in why(reading)
        sketch = why(reading).rpartition("accepted=")[2]
        accepting = news(app.url(""), max_change=0.3, ignore="#counter", accepted=sketch)
        assert (await ask(accepting)).ok
        await kit.aclose()
        kit = a_kit()  # after a restart
        app.news = ours
        assert "of the page has changed" in why(await ask(accepting))
        await kit.aclose()


async def test_a_page_that_is_made_to_be_read_for_hours_holds_nobody_up() -> None:
    async with serving(news="<a " * 300_000) as app:
        kit, check = a_kit(), news(app.url(""))
        begun = asyncio.get_running_loop().time()
        _, reading = await look_once(COLLECTOR, check, kit)
        assert asyncio.get_running_loop().time() - begun < 4
        if not reading.ok:  # Pythons of 2026 read it in no time
            assert kind(reading) is FailureKind.PROTOCOL
            assert why(reading) == "reading the marks takes too long on this page"
        app.news = "<p>Tin</p>"
        _, reading = await look_once(COLLECTOR, check, kit)
        await kit.aclose()
    assert reading.ok


async def test_the_words_of_known_defacements_are_found_in_any_case() -> None:
    async with serving(news="<h1>HACKED  by Nobody</h1>") as app:
        reading, _ = await looked(COLLECTOR, news(app.url("")))
    assert why(reading) == 'the page says "hacked by", as defaced pages do'


async def test_a_server_that_asks_for_our_certificate_is_shown_it(tmp_path: Path) -> None:
    ca = trustme.CA()
    server, ours = ca.issue_cert("localhost"), ca.issue_cert("robot@dongnai.test")
    server.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "server.pem"))
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    port = free_port()
    temporary = " ".join(
        f"{kind}_temp_path {tmp_path}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error.log;\n"
        "events { worker_connections 64; }\n"
        f"http {{ access_log off; {temporary} server {{ listen 127.0.0.1:{port} ssl; "
        f"ssl_certificate {tmp_path}/server.pem; ssl_certificate_key {tmp_path}/server.pem; "
        f"ssl_client_certificate {tmp_path}/ca.pem; ssl_verify_client on; "
        'location / { return 200 "$ssl_client_s_dn"; } } }\n'
    )
    command = (program("nginx"), "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf"))
    pem = ours.private_key_and_cert_chain_pem.bytes().decode()
    with running(*command, ready=lambda: accepts(port), folder=tmp_path):
        step = {"url": f"https://localhost:{port}/", "pattern": "O=trustme"}
        check = walking([step], ca=str(tmp_path / "ca.pem"), client_certificate="mine")
        reading, run = await looked(COLLECTOR, check, mine=pem)
        assert reading.ok, run.lines
        assert "probe_ssl_earliest_cert_expiry" in values(reading)
        without = walking([step], ca=str(tmp_path / "ca.pem"))
        reading, _ = await looked(COLLECTOR, without)
        assert "HTTP 400" in why(reading)
        reading, _ = await looked(COLLECTOR, check, mine="no PEM at all")
    assert kind(reading) is FailureKind.LOCAL
    assert "our own certificate and its key cannot be read" in why(reading)


async def test_an_event_loop_like_that_of_the_platform_walks_alike() -> None:
    async with serving() as app:
        check = walking(log_in(app.url("")), secret="robot")
        reading = await asyncio.to_thread(
            lambda: uvloop.run(looked(COLLECTOR, check, robot=ROBOT))[0]
        )
    assert reading.ok, reading.failure


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([], "there is no step"),
        ([{"url": "/login"}], "the first step needs a whole address"),
        ([{"url": "http://a/{{x}}"}], "step 1 uses {{x}}, which no step extracts"),
        ([{"url": "http://a/", "extract": {"x": "xpath://a"}}], "is none of regex"),
        ([{"url": "http://a/", "extract": {"x": "regex:("}}], "not a regular expression"),
        ([{"url": "http://a/", "extract": {"password": "field:a"}}], "cannot be the name"),
        ([{"url": "http://a/", "form": {}, "json_body": {}}], "a form or JSON, not both"),
        ([{"url": "http://a/", "statuses": "abc"}], "not a status code"),
        ([{"name": "a", "url": "http://a/"}, {"name": "a", "url": "/"}], "the same name"),
        ("[{", "not JSON"),
    ],
)
def test_steps_that_cannot_be_taken_are_refused_with_the_reason(steps: object, words: str) -> None:
    with pytest.raises(ValidationError, match="steps") as refused:
        Params.model_validate({"steps": steps})
    assert words in str(refused.value)


def test_the_steps_may_be_given_as_json_text() -> None:
    text = json.dumps([{"url": "http://a/", "form": {"x": "1"}}])
    (step,) = Params.model_validate({"steps": text}).steps
    assert step.verb == "POST"
