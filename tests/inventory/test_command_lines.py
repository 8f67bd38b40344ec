"""Which devices are asked over their command line?"""

from datetime import date

import pytest

from core.inventory import Device, Inventory, Site, Unit, UnitLevel
from core.watching import Check, Confirm
from inventory.compiled import LookingDefaults, compile_estate

DAY = date(2026, 11, 30)


def checks(settings: LookingDefaults, **changes: object) -> list[Check]:
    """Return the checks of a router's command line."""
    fields: dict[str, object] = {
        "slug": "gw", "name": "gw", "site": "s", "kind": "router", "address": "10.75.0.1",
        "vendor": "Cisco",
    }  # fmt: skip
    device = Device.model_validate(fields | changes)
    unit = Unit(
        slug="tinh", code="75", level=UnitLevel.PROVINCE, name="Đồng Nai", province_code="75"
    )
    site = Site(slug="s", name="s", unit="tinh")
    inventory = Inventory(units=(unit,), sites=(site,), devices=(device,))
    return [c for c in compile_estate(inventory, DAY, settings).checks if "/cli_" in c.slug]


def test_without_a_login_nobody_is_asked() -> None:
    assert checks(LookingDefaults()) == []


@pytest.mark.parametrize(
    ("vendor", "model", "platform"),
    [
        ("Cisco", "ISR4331", "cisco_ios"),
        ("CISCO", "Nexus 9300", "cisco_nxos"),
        ("Huawei", None, "huawei_vrp"),
        ("MikroTik", None, "mikrotik_routeros"),
        ("Fortinet", None, "fortinet"),
    ],
)
def test_the_command_line_follows_from_the_vendor(
    vendor: str, model: str | None, platform: str
) -> None:
    [check] = checks(LookingDefaults(cli_secret="ssh"), vendor=vendor, model=model)
    assert (check.collector, check.params["platform"], check.secret) == (
        "cli_config", platform, "ssh",
    )  # fmt: skip
    assert check.confirm == Confirm(failures=2, window=2)
    assert (check.interval, check.reach) == (4 * 3600.0, False)


def test_a_device_may_have_a_login_of_its_own_and_another_interval() -> None:
    settings = LookingDefaults(
        cli_secret="ssh", cli_secrets={"gw": "ssh-gw"}, intervals={"cli_config": 600.0}
    )
    [check] = checks(settings)
    assert (check.secret, check.interval) == ("ssh-gw", 600.0)


@pytest.mark.parametrize("changes", [{"vendor": None}, {"vendor": "Draytek"}, {"kind": "server"}])
def test_what_has_no_known_command_line_is_not_asked(changes: dict[str, object]) -> None:
    assert checks(LookingDefaults(cli_secret="ssh"), **changes) == []


def test_a_device_without_snmp_is_asked_for_its_facts_too() -> None:
    found = checks(LookingDefaults(), profile="network-cli", secret="ssh-gw")
    assert [(check.collector, check.secret) for check in found] == [
        ("cli_config", "ssh-gw"),
        ("cli_facts", "ssh-gw"),
    ]
