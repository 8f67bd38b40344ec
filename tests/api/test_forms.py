"""A form that is refused comes back as it was typed, with a sentence at each field."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup, Tag
from fastapi.routing import APIRoute

from api.app import ROUTERS
from api.forms import listed
from api.translations import COOKIE
from core.people import Role
from tests.api.test_door import csrf, log_in
from tests.api.world import DAWN, World, hub_cut

INCIDENT = "SC-20261122-0001"
THERE = {"incident": INCIDENT, "contact": "lan", "ticket": "1", "name": "email"}


def forms() -> Iterator[APIRoute]:
    """Yield every route that takes a form of a page."""
    for router in ROUTERS:
        for route in router.routes:
            if not isinstance(route, APIRoute) or route.include_in_schema:
                continue
            if "POST" in (route.methods or ()) and fields(route):
                yield route


def fields(route: APIRoute) -> dict[str, str]:
    """Return what a form declares, each filled with more than it takes."""
    found, pending = {}, [route.dependant]
    while pending:
        one = pending.pop()
        for field in one.body_params:
            limits = [getattr(limit, "max_length", 0) or 0 for limit in field.field_info.metadata]
            found[field.alias] = "x" * (max(limits, default=0) + 1)
        pending += one.dependencies
    return found


async def refused(world: World, path: str, **typed: str) -> tuple[int, Tag]:
    """Send a form as an administrator; return the status and the form that comes back."""
    if not await world.ledger.people.users():
        await world.add_user("quan", Role.ADMIN, "Quản Trị")
        await log_in(world, "quan")
    token = await csrf(world.client, "/days")
    answer = await world.client.post(path, data={"csrf": token} | typed)
    page = BeautifulSoup(answer.text, "html.parser")
    form = page.find("form", action=path.partition("?")[0])
    assert form is not None, page.get_text(" ", strip=True)
    return answer.status_code, form


def field(form: Tag, name: str) -> Tag:
    """Return a field of a form."""
    found = form.select_one(f'[name="{name}"]')
    assert found is not None
    return found


def said(form: Tag, name: str) -> str:
    """Return the sentence that stands behind a field, to which the field points."""
    typed = field(form, name)
    assert typed["aria-invalid"] == "true"
    beside = typed.find_next_sibling(id=str(typed["aria-describedby"]))
    assert beside is not None
    return str(beside.get_text())


async def test_a_field_that_is_missing_is_named_where_it_stands(world: World) -> None:
    status, form = await refused(world, "/days", on="2026-02-03", kind="working", like="3")
    assert status == 422
    assert said(form, "name") == "Chưa điền. Hãy điền ô này."


async def test_what_was_typed_and_chosen_stays(world: World) -> None:
    typed = {"on": "2026-02-30", "kind": "working", "name": 'Làm bù <Tết> "A"', "like": "3"}
    _, form = await refused(world, "/days", **typed)
    assert "Ngày không hợp lệ" in said(form, "on")
    assert field(form, "on")["value"] == "2026-02-30"
    assert field(form, "name")["value"] == typed["name"]
    chosen = [one["value"] for one in form.find_all("option", selected=True)]
    assert chosen == ["working", "3"]
    assert field(form, "csrf")["value"]


async def test_it_is_said_in_the_readers_language(world: World) -> None:
    world.client.cookies.set(COOKIE, "en")
    _, form = await refused(world, "/days", on="2026-02-03", kind="party", name="x")
    assert said(form, "kind") == "There is no such choice. Choose one of the list."


async def test_the_query_of_the_page_is_kept(world: World) -> None:
    await refused(world, "/days")
    token = await csrf(world.client, "/days")
    answer = await world.client.post("/days?year=2031", data={"csrf": token})
    assert answer.status_code == 422
    assert "Ngày nghỉ, làm bù 2031" in answer.text


async def test_a_folded_form_is_opened_and_the_first_wrong_field_has_the_focus(
    world: World,
) -> None:
    await world.commit(hub_cut(DAWN - timedelta(minutes=18)))
    path = f"/incidents/{INCIDENT}/tickets"
    status, form = await refused(world, path, carrier="VNPT", number="12", at="hôm qua")
    assert status == 422
    assert "Ngày giờ không hợp lệ" in said(form, "at")
    assert field(form, "at").has_attr("autofocus")
    assert all(one.has_attr("open") for one in form.find_parents("details"))


async def test_of_several_forms_to_one_path_the_one_that_was_sent_comes_back(world: World) -> None:
    async def cannot(*_: object) -> object:
        raise AssertionError

    object.__setattr__(world.context, "rehearse", cannot)
    _, form = await refused(world, "/rehearsal", kind="script", script="x" * 70_001, on="")
    forms_there = form.find_all_next("form", action="/rehearsal")
    assert "wrong" not in str(form)
    [other] = forms_there
    assert said(other, "script") == "Dài quá. Ghi không quá 70000 ký tự."


async def test_a_machine_gets_a_problem_and_no_page(world: World) -> None:
    headers = await world.token(Role.ADMIN) | {"accept": "application/json"}
    answer = await world.client.post("/days", data={"kind": "party"}, headers=headers)
    assert answer.headers["content-type"] == "application/problem+json"
    faults = {one["where"]: one for one in answer.json()["errors"]}
    assert faults.keys() == {"body.on", "body.kind", "body.name"}
    assert faults["body.on"]["what_vi"] == "Chưa điền. Hãy điền ô này."


@pytest.mark.parametrize("route", list(forms()), ids=lambda route: route.path)
async def test_no_form_is_refused_without_a_sentence(world: World, route: APIRoute) -> None:
    await world.commit(hub_cut(DAWN - timedelta(minutes=18)))
    await world.add_user("quan", Role.ADMIN, "Quản Trị")
    await log_in(world, "quan")
    token = await csrf(world.client, "/days")
    path = route.path.format_map({**dict.fromkeys(route.param_convertors, "1"), **THERE})
    typed = {"csrf": token} | fields(route)
    answer = await world.client.post(path, data=typed)
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("text/html")
    page = BeautifulSoup(answer.text, "html.parser")
    assert any(len(one.get_text()) > 10 for one in page.find_all(class_="wrong"))
    assert not page.find(class_="wrong", string=lambda text: "Text(" in (text or ""))


def test_one_field_lists_things_in_one_way() -> None:
    assert listed("gw-1; gw-2, gw-3\ngw-4  gw-1;") == ("gw-1", "gw-2", "gw-3", "gw-4")
    assert listed("TSL 01; TSL 02,\r\nTSL 01", blanks=False) == ("TSL 01", "TSL 02")
    assert listed(" ;, ") == ()


async def test_an_address_that_makes_no_sense_names_the_part_of_it(world: World) -> None:
    answer = await world.client.get("/days?year=1", headers=await world.token(Role.VIEWER))
    assert answer.status_code == 422
    shown = BeautifulSoup(answer.text, "html.parser").get_text(" ", strip=True)
    assert "year : Ngoài khoảng cho phép. Ghi số từ 2000." in shown
