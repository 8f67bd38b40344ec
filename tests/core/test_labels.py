"""A series is a name and its labels, whoever asks for it and in whatever order."""

from core.labels import Series

BASE = (("device", "gw-1"), ("site", "xa-1"))


def test_labels_are_sorted_and_those_given_win() -> None:
    series = Series.of("ifHCInOctets", BASE, site="xa-2", ifName="Gi0/1")
    assert series.labels == (("device", "gw-1"), ("ifName", "Gi0/1"), ("site", "xa-2"))
    assert series == Series.of("ifHCInOctets", BASE, ifName="Gi0/1", site="xa-2")


def test_what_one_port_is_measured_for_shares_its_labels() -> None:
    one = Series.of("ifHCInOctets", BASE, ifName="Gi0/1")
    other = Series.of("ifHCOutOctets", BASE, ifName="Gi0/1")
    assert one.labels is other.labels
    assert one != other


def test_it_is_written_as_prometheus_reads_it() -> None:
    series = Series.of("up", alias='một "hai"\n')
    assert str(series) == 'up{alias="một \\"hai\\"\\n"}'
    assert str(Series.of("up")) == "up"
