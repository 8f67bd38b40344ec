"""Every template, filled in as its examples say, is one that its collectors accept."""

import re
from collections.abc import Mapping

import pytest

from core.inventory import Measure
from core.watching import Check
from inventory.templating import Template, checks, fault_of, given, refused, templates
from runtime import registries

NAMES = sorted(templates())
COLLECTORS = registries.collectors()
LABELS = (("instance", "dv"), ("job", "thongsuot"), ("vantage", "center"))


def filled(template: Template, *, only_required: bool = False) -> Measure:
    values = {
        name: entry.example
        for name, entry in template.fields.items()
        if entry.required or not only_required
    }
    return Measure(
        slug="phep-do",
        target="dv",
        template=template.name,
        params="; ".join(f"{name}={value}" for name, value in values.items()) or None,
        secret="robot" if template.secret_vi else None,
    )


def made(measure: Measure) -> list[Check]:
    assert fault_of(measure) is None
    return list(checks(measure, "dv.tinh.gov.vn", "center", LABELS))


@pytest.mark.parametrize("only_required", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_its_collectors_accept_what_it_makes_of_its_examples(
    name: str, *, only_required: bool
) -> None:
    found = made(filled(templates()[name], only_required=only_required))
    assert found or only_required
    for check in found:
        params = COLLECTORS[check.collector].params.model_validate(check.params)
        assert "$" not in str(params).replace("$)", "")
        assert not check.reach
        assert check.address


OF_ANYBODY = frozenset(  # whose servers may be a carrier's, a ministry's, the public's
    {"http", "http_flow", "gateway_balance", "tls", "crl", "ocsp", "timestamp"}
)


@pytest.mark.parametrize("name", NAMES)
def test_servers_of_ours_are_known_by_the_authorities_of_the_settings(name: str) -> None:
    measure = filled(templates()[name])
    found = list(checks(measure, "dv.tinh.gov.vn", "center", LABELS, "/etc/noi-bo.pem"))
    trusting = {one.collector for one in found if one.params.get("ca") == "/etc/noi-bo.pem"}
    by_tls = {
        one.collector for one in found if "ca" in COLLECTORS[one.collector].params.model_fields
    }
    assert trusting == by_tls - OF_ANYBODY
    for check in found:
        COLLECTORS[check.collector].params.model_validate(check.params)


@pytest.mark.parametrize("name", NAMES)
def test_no_field_is_asked_for_in_vain_and_none_is_unknown(name: str) -> None:
    template = templates()[name]
    text = template.model_dump_json(include={"checks"})
    used = {a or b for a, b in re.findall(r"\$(?:\{([a-z_0-9]+)\}|([a-z_0-9]+))", text)}
    needs = {need for look in template.checks for need in look.needs}
    assert used | needs <= template.fields.keys() | {"host"}
    assert template.fields.keys() <= used | needs


@pytest.mark.parametrize("name", NAMES)
def test_an_example_has_the_form_that_its_field_must_have(name: str) -> None:
    for entry in templates()[name].fields.values():
        assert entry.pattern is None or re.fullmatch(entry.pattern, entry.example)
        assert ";" not in entry.example


@pytest.mark.parametrize("name", NAMES)
def test_a_template_whose_checks_need_a_login_says_what_it_is(name: str) -> None:
    template = templates()[name]
    assert any(look.secret for look in template.checks) is bool(template.secret_vi)
    assert bool(template.secret_vi) is bool(template.secret_en)


@pytest.mark.parametrize(
    ("template", "params", "said"),
    [
        ("data-centre-environment", "registers=xx", '"xx" is no usable value'),
        ("web-portal", "url=http://a.vn/; ignore=((", '"((" is no usable value'),
        ("database", "engine=mysql; query=DROP TABLE a", "cannot be read"),
    ],
)
def test_what_a_collector_does_not_take_is_told_before_it_is_kept(
    template: str, params: str, said: str
) -> None:
    secret = "robot" if templates()[template].secret_vi else None
    measure = Measure(slug="x", target="dv", template=template, params=params, secret=secret)
    assert fault_of(measure) is None
    found = refused(measure, COLLECTORS)
    assert found is not None
    assert found[0] == "params"
    assert said in found[1].what.en


@pytest.mark.parametrize(
    ("least", "said"),
    [
        ("100000", None),
        ("0.250", None),
        ("100.000", '"100.000" may be 100 or 100000'),
        ("1,500", '"1,500" may be 1.5 or 1500'),
        ("1.250.000", '"1.250.000" has marks between thousands'),
        ("100 000", '"100 000" has marks between thousands'),
    ],
)
def test_a_thousand_with_a_point_is_not_taken_for_one(least: str, said: str | None) -> None:
    params = f"url=https://sms.vn/so-du; least={least}"
    measure = Measure(slug="x", target="dv", template="sms-brandname", params=params, secret="k")
    found = fault_of(measure)
    assert (found[1].what.en if found else None) == said


@pytest.mark.parametrize("between", ["\n", " | ", "\r\n", "|"])
def test_a_room_has_several_registers(between: str) -> None:
    lines = "Nhiệt độ = input:0 int16 celsius scale=0.1", "Rò nước = discrete:3 bit alarm"
    params = f"registers={between.join(lines)}; port=1502"
    [check] = made(
        Measure(slug="x", target="dv", template="data-centre-environment", params=params)
    )
    found = COLLECTORS["modbus"].params.model_validate(check.params).model_dump()
    assert [one["name"] for one in found["registers"]] == ["Nhiệt độ", "Rò nước"]


def test_what_was_left_out_takes_its_parameters_and_its_steps_with_it() -> None:
    [check] = made(filled(templates()["public-services"], only_required=True))
    steps = check.params["steps"]
    assert isinstance(steps, list)
    assert [step["name"] for step in steps] == ["front page"]
    [full] = made(filled(templates()["public-services"]))
    assert isinstance(full.params["steps"], list)
    assert len(full.params["steps"]) == 2


def test_each_check_has_a_name_and_series_of_its_own() -> None:
    found = made(filled(templates()["email"]))
    assert len({check.slug for check in found}) == len(found) == 4
    assert len({check.labels for check in found}) == 4


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (None, {}),
        ("a=1; b = hai ba ;", {"a": "1", "b": "hai ba"}),
        ('{"query": "SELECT 1; --", "a": "x"}', {"query": "SELECT 1; --", "a": "x"}),
        ("url=https://x/?a=b&c=d", {"url": "https://x/?a=b&c=d"}),
        ("chỉ có chữ", None),
        ('{"a": 1}', None),
        ("{", None),
        ("=x", None),
    ],
)
def test_parameters_are_read(text: str | None, values: Mapping[str, str] | None) -> None:
    assert given(text) == values
