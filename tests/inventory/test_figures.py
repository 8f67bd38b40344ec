"""Where units stand by declared figures: latest, stale, shares with both of their numbers."""

from datetime import date

from core.unitfigures import Period, UnitFigures
from inventory.figureforms import forms
from inventory.figures import Share, age_said, latest, standings, total

TODAY = date(2026, 11, 30)
FORMS = forms()


def a_row(form: str, begin: date, unit: str = "dak-o", part: str = "", **values: float) -> UnitFigures:  # fmt: skip  # noqa: E501
    span = FORMS[form].span
    return UnitFigures(list=form, unit=unit, part=part, begin=begin, span=span, values=values)


def test_the_last_period_of_each_subject_counts() -> None:
    rows = [a_row("bts", date(2026, month, 1), part="Viettel", stations=month) for month in (9, 8)]
    [row] = latest(rows).values()
    assert row.begin == date(2026, 9, 1)


def test_a_share_has_both_its_numbers_and_may_exceed_one() -> None:
    row = a_row("computers", date(2026, 10, 1), pcs=24, officials=20, online=12)
    [one] = standings(FORMS["computers"], {"computers": [row]}, TODAY, FORMS)
    assert one.shares == {"per_official": Share(24, 20), "online": Share(12, 24)}
    assert one.shares["per_official"].value == 1.2


def test_what_is_not_known_gives_no_share() -> None:
    row = a_row("computers", date(2026, 10, 1), pcs=24)
    [one] = standings(FORMS["computers"], {"computers": [row]}, TODAY, FORMS)
    assert one.shares == {}


def test_coverage_is_of_the_pcs_that_another_list_declares() -> None:
    every = {
        "antivirus": [a_row("antivirus", date(2026, 11, 28), part="Bkav", machines=18)],
        "computers": [a_row("computers", date(2026, 10, 1), pcs=20)],
    }
    [one] = standings(FORMS["antivirus"], every, TODAY, FORMS)
    assert one.shares["coverage"] == Share(18, 20)
    every["computers"] = [a_row("computers", date(2025, 10, 1), pcs=20)]  # which is long ago
    [one] = standings(FORMS["antivirus"], every, TODAY, FORMS)
    assert "coverage" not in one.shares


def test_stale_figures_say_so_give_no_share_and_enter_no_total() -> None:
    rows = [
        a_row("mailboxes", date(2026, 10, 1), issued=30, active=21),
        a_row("mailboxes", date(2026, 6, 1), unit="an-loc", issued=50, active=50),
    ]
    fresh, old = standings(FORMS["mailboxes"], {"mailboxes": rows}, TODAY, FORMS)
    assert (fresh.stale, old.stale) == (False, True)
    assert old.shares == {}
    assert age_said(fresh).vi == "số liệu tháng 10/2026"
    assert age_said(old).vi == "số liệu tháng 06/2026, đã cũ 153 ngày"
    whole = total(FORMS["mailboxes"], (fresh, old))
    assert (whole.units, whole.stale) == (1, 1)
    assert whole.values == {"issued": 30, "active": 21}
    assert whole.shares == {"active": Share(21, 30)}


def test_of_an_age_the_worst_counts_and_pcs_enter_once_beside_two_products() -> None:
    day = date(2026, 11, 28)
    every = {
        "antivirus": [
            a_row("antivirus", day, part="Bkav", machines=8, signature_age=3),
            a_row("antivirus", day, part="Kaspersky", machines=10, signature_age=40),
        ],
        "computers": [a_row("computers", date(2026, 10, 1), pcs=20)],
    }
    whole = total(FORMS["antivirus"], standings(FORMS["antivirus"], every, TODAY, FORMS))
    assert whole.values == {"machines": 18, "signature_age": 40}
    assert whole.shares == {"coverage": Share(18, 20)}


def test_a_period_that_goes_on_has_no_age() -> None:
    assert Period(begin=date(2026, 11, 1), span="month").age(date(2026, 11, 12)).days == 0
