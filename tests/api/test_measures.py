"""A template is filled in on a page or by the interface, tried on a real server, and kept."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from bs4 import BeautifulSoup

from api import measures
from collectors import sql
from core.collector import Emit
from core.inventory import Measure
from core.labels import Series
from core.people import Role
from core.reading import Failure, FailureKind, Reading
from core.text import Text
from inventory.templating import given, templates
from tests.api.measuring import PORTAL, SECRET, Site, Watched, measuring
from tests.api.test_door import csrf, log_in
from tests.api.test_forms import said
from tests.api.test_pages import words
from tests.api.world import World

FORM = {"target": PORTAL, "params.keyword": "Đồng Nai; tỉnh", "do": "save"}
Province = tuple[World, Watched, Site]


@pytest.fixture
async def province(tmp_path: Path) -> AsyncIterator[Province]:
    """Yield a province with a portal and an administrator who is logged in."""
    async with measuring(tmp_path) as made:
        world = made[0]
        await world.add_user("quan", Role.ADMIN, "Quản Trị")
        await log_in(world, "quan")
        yield made


async def sent(world: World, path: str, **fields: str) -> httpx.Response:
    """Send a form as the administrator."""
    token = await csrf(world.client, "/days")
    return await world.client.post(path, data={"csrf": token} | fields)


async def kept(world: World) -> tuple[Measure, ...]:
    """Return every row of the ledger."""
    return (await world.ledger.inventory.load()).measures


async def test_every_template_stands_once_under_a_system_of_the_documents(
    province: Province,
) -> None:
    page = BeautifulSoup((await province[0].client.get("/measures/new")).text, "html.parser")
    links = [str(one["href"]) for one in page.select(".templates a")]
    assert sorted(links) == sorted(f"/measures/new/{name}" for name in templates())
    assert "D5" in words(str(page))


@pytest.mark.parametrize("name", sorted(templates()))
async def test_every_template_has_a_form_with_its_fields(province: Province, name: str) -> None:
    template, page = templates()[name], await province[0].client.get(f"/measures/new/{name}")
    form = BeautifulSoup(page.text, "html.parser").select_one("form[data-try]")
    assert form is not None
    for field, entry in template.fields.items():
        typed = form.select_one(f'[name="params.{field}"]')
        assert typed is not None, field
        assert typed.has_attr("required") is (entry.required and not entry.choices)
        shown = "; ".join(entry.example.split()) if entry.many else entry.example
        assert shown in page.text.replace("&#39;", "'").replace("&amp;", "&")
    secret = form.select_one('[name="secret_text"]')
    assert (secret is not None) is (template.secret_vi is not None)
    assert secret is None or (secret["type"], secret.get("value")) == ("password", None)


async def test_a_try_looks_at_the_real_server_and_keeps_nothing(province: Province) -> None:
    world, _, site = province
    fields = FORM | {"params.url": site.url, "params.keyword": "Đồng Nai", "do": "try"}
    answer = await sent(world, "/measures/new/web-portal", **fields)
    assert answer.status_code == 200
    assert "GET /tin-tuc HTTP/1.1" in site.asked
    assert "Đo được" in words(answer.text)
    assert 'value="Đồng Nai"' in answer.text
    missing = await sent(
        world, "/measures/new/web-portal", **(fields | {"params.keyword": "An Giang"})
    )
    assert "Đo được" not in words(missing.text)
    assert "An Giang" in words(missing.text)
    assert await kept(world) == ()


async def test_what_is_kept_is_measured_and_shown(province: Province) -> None:
    world, watched, site = province
    answer = await sent(world, "/measures/new/web-portal", **FORM, **{"params.url": site.url})
    assert (answer.status_code, answer.headers["location"]) == (303, "/measures#cong-web-portal")
    [row] = await kept(world)
    assert given(row.params) == {"url": site.url, "keyword": "Đồng Nai; tỉnh"}
    await watched.compile(world)
    [check] = [c for c in watched.estate.checks if c.slug == "cong/cong-web-portal"]
    assert check.params["steps"] == [{"url": site.url, "keyword": "Đồng Nai; tỉnh"}]
    assert "chưa đo" in words((await world.client.get("/measures")).text)
    age = (Series.of("probe_http_content_age_seconds"), 7200.0)
    took = (Series.of("probe_duration_seconds"), 0.25)
    world.context.fleet.update([Reading(check.slug, "center", world.clock.now(), [took, age])])
    text = words((await world.client.get("/measures")).text)
    assert "Cổng thông tin tỉnh" in text
    assert "hoạt động 09:00" in text
    assert "2 giờ" in text  # its age says more than how long the look took
    failure = Failure(FailureKind.TIMEOUT, "no answer within 30 s")
    world.context.fleet.update(
        [Reading(check.slug, "center", world.clock.now(), [], failure=failure)]
    )
    headers = await world.token(Role.VIEWER)
    [told] = (await world.client.get("/api/v1/measures", headers=headers)).json()
    assert (told["slug"], told["status"], told["params"]["url"]) == (
        "cong-web-portal",
        "degraded",
        site.url,
    )
    assert (await world.client.get("/measures?status=up")).text.count('id="cong-web-portal"') == 0


async def test_it_is_changed_and_ended_and_the_audit_says_by_whom(province: Province) -> None:
    world, _, site = province
    await sent(world, "/measures/new/web-portal", **FORM, **{"params.url": site.url})
    path = "/measures/cong-web-portal/edit"
    form = BeautifulSoup((await world.client.get(path)).text, "html.parser")
    shown = form.select_one('[name="params.keyword"]')
    assert shown is not None
    assert shown["value"] == "Đồng Nai; tỉnh"
    fields = FORM | {"params.url": site.url, "params.keyword": "Tin tức", "interval": "600"}
    assert (await sent(world, path, **fields)).status_code == 303
    [row] = await kept(world)
    assert (given(row.params), row.interval) == ({"url": site.url, "keyword": "Tin tức"}, 600)
    assert (await sent(world, "/measures/cong-web-portal/end")).status_code == 303
    today = world.clock.now().date()
    assert (await world.ledger.inventory.load(today)).measures == ()
    rows = await world.ledger.people.audit_rows(10)
    assert [one.actor for one in rows if one.action == "inventory.apply"][:3] == ["quan"] * 3


async def test_what_does_not_fit_is_said_beside_its_field(province: Province) -> None:
    world, _, _ = province
    wrong = FORM | {"params.url": "dongnai", "params.max_age_days": "vài", "interval": "5"}
    answer = await sent(world, "/measures/new/web-portal", **wrong)
    assert answer.status_code == 422
    form = BeautifulSoup(answer.text, "html.parser").select_one("form[data-try]")
    assert form is not None
    assert "Ghi số từ 10" in said(form, "interval")
    answer = await sent(world, "/measures/new/web-portal", **(wrong | {"interval": ""}))
    form = BeautifulSoup(answer.text, "html.parser").select_one("form[data-try]")
    assert form is not None
    assert "“dongnai” không dùng được. Ví dụ: https://" in said(form, "params.url")
    assert "“vài” không dùng được. Ví dụ: 7" in said(form, "params.max_age_days")
    strange = FORM | {"params.url": "https://a.vn/", "target": "khong-co"}
    answer = await sent(world, "/measures/new/web-portal", **strange)
    form = BeautifulSoup(answer.text, "html.parser").select_one("form[data-try]")
    assert form is not None
    assert "khong-co" in said(form, "target")
    assert await kept(world) == ()


async def test_a_credential_is_kept_sealed_and_never_shown_again(province: Province) -> None:
    world, _, site = province
    fields = {
        "target": PORTAL,
        "params.url": site.url,
        "params.send_to": site.url,
        "params.welcome": "Văn bản đến",
        "secret_text": SECRET,
    }
    tried = await sent(world, "/measures/new/document-management", **fields, do="try")
    assert SECRET not in tried.text
    refused = await sent(world, "/measures/new/document-management", **(fields | {"target": "x"}))
    assert refused.status_code == 422
    assert SECRET not in refused.text
    assert await world.ledger.secrets.names() == []
    answer = await sent(world, "/measures/new/document-management", **fields)
    assert answer.status_code == 303, answer.text
    [row] = await kept(world)
    assert row.secret == row.slug == "cong-document-management"
    assert await world.ledger.secrets.reveal(row.secret) == SECRET
    page = (await world.client.get(f"/measures/{row.slug}/edit")).text
    assert SECRET not in page
    assert 'value="cong-document-management"' in page


async def test_only_an_administrator_changes_or_tries(province: Province) -> None:
    world, _, site = province
    world.client.cookies.clear()
    headers = await world.token(Role.OPERATOR)
    form = FORM | {"params.url": site.url}
    for path in ("/measures/new/web-portal", "/measures/x/edit", "/measures/x/end"):
        answer = await world.client.post(path, data=form, headers=headers)
        assert answer.status_code == 403
    wish = {"target": PORTAL, "template": "web-portal", "params": {"url": site.url}}
    for path in ("/api/v1/measures", "/api/v1/measures/try"):
        assert (await world.client.post(path, json=wish, headers=headers)).status_code == 403
    assert site.asked == []
    assert (await world.client.get("/measures", headers=headers)).status_code == 200
    assert (await world.client.get("/api/v1/templates", headers=headers)).status_code == 200


async def test_a_program_does_the_same_by_the_interface(province: Province) -> None:
    world, _, site = province
    world.client.cookies.clear()
    headers = await world.token(Role.ADMIN)
    wish = {"target": PORTAL, "template": "web-portal", "params": {"url": site.url}}
    [seen] = (await world.client.post("/api/v1/measures/try", json=wish, headers=headers)).json()
    assert seen["ok"], seen
    assert {"probe_success"} <= {one["name"] for one in seen["samples"]}
    made = await world.client.post("/api/v1/measures", json=wish, headers=headers)
    assert (made.status_code, made.json()["slug"]) == (201, "cong-web-portal")
    named = wish | {"slug": "cong-web-portal"}
    again = await world.client.post("/api/v1/measures", json=named, headers=headers)
    assert again.status_code == 409
    path = "/api/v1/measures/cong-web-portal"
    wrong = wish | {"params": {"url": "x", "keywrd": "a"}}
    answer = await world.client.put(path, json=wrong, headers=headers)
    faults = {one["where"]: one for one in answer.json()["errors"]}
    assert faults.keys() == {"params.url", "params.keywrd"}
    assert faults["params.url"]["what_vi"] == "“x” không dùng được"
    assert faults["params.url"]["mend"].startswith("Such as: https://")
    assert (await world.client.put(path, json=wish | {"interval": 60}, headers=headers)).json()[
        "interval"
    ] == 60
    assert (await world.client.post(f"{path}/end", headers=headers)).status_code == 204
    assert (await world.client.get(path, headers=headers)).status_code == 404


async def test_several_values_are_parted_as_in_every_other_list(province: Province) -> None:
    world, _, site = province
    fields = FORM | {"params.url": site.url, "params.ignore": ".quang-cao; #thoi-tiet, nav"}
    assert (await sent(world, "/measures/new/web-portal", **fields)).status_code == 303
    [row] = await kept(world)
    assert (given(row.params) or {})["ignore"] == ".quang-cao #thoi-tiet nav"
    page = (await world.client.get("/measures/cong-web-portal/edit")).text
    assert 'value=".quang-cao; #thoi-tiet; nav"' in page


async def test_several_lines_are_typed_as_lines(province: Province) -> None:
    world, _, _ = province
    first, second = "Nhiệt độ = input:0 int16 celsius scale=0.1", "Rò nước = discrete:3 bit alarm"
    fields = {
        "target": PORTAL,
        "params.registers": f"{first}\r\n\r\n {second}",
        "do": "save",
    }
    answer = await sent(world, "/measures/new/data-centre-environment", **fields)
    assert answer.status_code == 303, words(answer.text)
    [row] = await kept(world)
    assert given(row.params) == {"registers": f"{first} | {second}"}
    page = (await world.client.get(f"/measures/{row.slug}/edit")).text
    typed = BeautifulSoup(page, "html.parser").select_one('textarea[name="params.registers"]')
    assert typed is not None
    assert typed.text.splitlines() == [first, second]


def _measured(*samples: tuple[str, float]) -> list[measures.Value]:
    return [measures.Value(Emit(name, Text(name, name)), value) for name, value in samples]


def test_a_row_shows_what_a_rule_judges_else_what_ends_first_else_the_first() -> None:
    values = _measured(
        ("probe_duration_seconds", 0.2),
        ("probe_crl_size_bytes", 645.0),
        ("probe_tsa_certificate_expiry_timestamp_seconds", 2e9),
        ("probe_crl_next_update_timestamp_seconds", 1.8e9),
    )
    shown = measures._telling(values, frozenset({"probe_crl_size_bytes"}))
    assert shown is not None
    assert shown.emit.name == "probe_crl_size_bytes"
    shown = measures._telling(values, frozenset())
    assert shown is not None
    assert shown.emit.name == "probe_crl_next_update_timestamp_seconds"
    shown = measures._telling(values[:2], frozenset())
    assert shown is not None
    assert shown.emit.name == "probe_crl_size_bytes"
    assert measures._telling([], frozenset()) is None


def test_a_database_is_told_by_the_number_it_was_asked_for() -> None:
    values = [measures.Value(emit, 1.0) for emit in sql.COLLECTOR.emits]
    shown = measures._telling(values, frozenset())
    assert shown is not None
    assert shown.emit.name == sql.VALUE
