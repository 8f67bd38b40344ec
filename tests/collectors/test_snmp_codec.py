"""Reading and writing v2c messages: equal to pysnmp where a message is valid, Junk elsewhere."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto import api
from pysnmp.proto.rfc1905 import EndOfMibView, NoSuchInstance, NoSuchObject

from collectors._snmp import ber, message
from collectors._snmp.ber import Junk, Value
from collectors._snmp.form import Form
from collectors._snmp.layout import Layout

V2C: Any = api.PROTOCOL_MODULES[api.SNMP_VERSION_2C]
COMMUNITY = b"c\xc3\xb4ng khai"
REQUEST_ID = 0x41020304
ID_OCTETS = REQUEST_ID.to_bytes(4, "big")

subid = st.integers(0, 2**32 - 1)
names = st.builds(
    lambda second, rest: (1, second, *rest),
    st.integers(0, 39),
    st.lists(subid, min_size=1, max_size=12),
)
U32 = st.integers(0, 2**32 - 1)
# (what our decoder should say, what pysnmp should encode)
bound_values = st.one_of(
    st.integers(-(2**31), 2**31 - 1).map(lambda v: (v, V2C.Integer32(v))),
    U32.map(lambda v: (v, V2C.Counter32(v))),
    U32.map(lambda v: (v, V2C.Gauge32(v))),
    U32.map(lambda v: (v, V2C.TimeTicks(v))),
    st.integers(0, 2**64 - 1).map(lambda v: (v, V2C.Counter64(v))),
    st.binary(max_size=300).map(lambda v: (v, V2C.OctetString(v))),
    st.binary(min_size=4, max_size=4).map(lambda v: (v, V2C.IpAddress(v))),
    names.map(lambda v: (".".join(map(str, v)), V2C.ObjectIdentifier(v))),
    st.sampled_from([NoSuchObject, NoSuchInstance, EndOfMibView]).map(lambda v: (None, v(""))),
)
bindings = st.lists(st.tuples(names, bound_values), max_size=8)


def encoded(
    bound: list[tuple[tuple[int, ...], tuple[Value, Any]]], request_id: int = REQUEST_ID
) -> bytes:
    """Return a response as pysnmp encodes it."""
    pdu = V2C.ResponsePDU()
    V2C.apiPDU.set_defaults(pdu)
    V2C.apiPDU.set_request_id(pdu, request_id)
    V2C.apiPDU.set_varbinds(pdu, [(name, value) for name, (_, value) in bound])
    whole = V2C.Message()
    V2C.apiMessage.set_defaults(whole)
    V2C.apiMessage.set_community(whole, COMMUNITY)
    V2C.apiMessage.set_pdu(whole, pdu)
    octets: bytes = encoder.encode(whole)
    return octets


def head(name: tuple[int, ...]) -> bytes:
    return ber.oid(".".join(map(str, name)))


@given(bindings)
def test_a_valid_reply_is_read_as_pysnmp_means_it(
    bound: list[tuple[tuple[int, ...], tuple[Value, Any]]],
) -> None:
    data = encoded(bound)
    reply = message.opened(data)
    assert reply.community == COMMUNITY
    assert reply.request_id == ID_OCTETS
    heads = [head(name) for name, _ in bound]
    values, tags = message.matched(data, reply.begin, reply.end, heads)
    assert values == [value for _, (value, _) in bound]
    listed = message.bindings(data, reply.begin, reply.end)
    assert [(ber.subids(name), value) for name, _, value in listed] == [
        (name, value) for name, (value, _) in bound
    ]
    layout = Layout(data, reply.request_id_at, tags, values)
    assert layout.read(data, ID_OCTETS) == values
    form = Form(message.Ask(b"", b"", COMMUNITY, tuple(heads)), data, tags)
    assert form.read(data, ID_OCTETS) in (values, None)


@given(
    st.lists(st.tuples(names, st.tuples(U32, st.integers(0, 2**64 - 1))), min_size=1, max_size=6),
    st.data(),
)
def test_a_learned_reply_of_other_values_is_read_as_the_strict_decoder_reads_it(
    rows: list[tuple[tuple[int, ...], tuple[int, int]]], more: st.DataObject
) -> None:
    def page(of: list[tuple[int, int]]) -> bytes:
        bound = []
        for (name, _), (narrow, wide) in zip(rows, of, strict=True):
            bound += [
                ((*name, 1), (narrow, V2C.Counter32(narrow))),
                ((*name, 2), (wide, V2C.Counter64(wide))),
                ((*name, 3), (b"xa", V2C.OctetString(b"xa"))),
            ]
        return encoded(bound)  # type: ignore[arg-type]

    first = page([pair for _, pair in rows])
    heads = tuple(head((*name, column)) for name, _ in rows for column in (1, 2, 3))
    reply = message.opened(first)
    values, tags = message.matched(first, reply.begin, reply.end, heads)
    layout = Layout(first, reply.request_id_at, tags, values)
    form = Form(message.Ask(b"", b"", COMMUNITY, heads), first, tags)
    other = page(
        [
            (
                more.draw(st.one_of(U32, st.just(pair[0] ^ 1))),
                more.draw(st.one_of(st.integers(0, 2**64 - 1), st.just(pair[1] ^ 3))),
            )
            for _, pair in rows
        ]
    )
    reply = message.opened(other)
    strict, _ = message.matched(other, reply.begin, reply.end, heads)
    if len(other) == layout.size:
        assert layout.read(other, ID_OCTETS) in (strict, None)
    assert form.read(other, ID_OCTETS) in (strict, None)
    assert form.read(other, b"\x41\0\0\0") is None


@given(bindings, st.data())
def test_damage_is_junk_or_read_and_never_another_error(
    bound: list[tuple[tuple[int, ...], tuple[Value, Any]]], more: st.DataObject
) -> None:
    data = bytearray(encoded(bound))
    for _ in range(more.draw(st.integers(1, 4))):
        place = more.draw(st.integers(0, len(data) - 1))
        data[place] = more.draw(st.integers(0, 255))
    cut = more.draw(st.one_of(st.none(), st.integers(0, len(data))))
    _read_all(bytes(data[:cut]), [head(name) for name, _ in bound])


@given(st.binary(max_size=200))
@settings(max_examples=300)
def test_random_bytes_are_junk_and_never_another_error(data: bytes) -> None:
    _read_all(data, [head((1, 3, 6, 1))])
    _read_all(b"\x30" + ber.length(len(data) + 3) + b"\x02\x01\x01" + data, [])


def _read_all(data: bytes, heads: list[bytes]) -> None:
    try:
        reply = message.opened(data)
        message.bindings(data, reply.begin, reply.end)
    except Junk:
        pass
    try:
        reply = message.opened(data)
        message.matched(data, reply.begin, reply.end, heads)
    except Junk:
        pass


@given(bindings.filter(bool), st.data())
def test_what_a_form_accepts_the_strict_decoder_accepts_too(
    bound: list[tuple[tuple[int, ...], tuple[Value, Any]]], more: st.DataObject
) -> None:
    data = encoded(bound)
    heads = tuple(head(name) for name, _ in bound)
    reply = message.opened(data)
    values, tags = message.matched(data, reply.begin, reply.end, heads)
    form = Form(message.Ask(b"", b"", COMMUNITY, heads), data, tags)
    layout = Layout(data, reply.request_id_at, tags, values)
    damaged = bytearray(data)
    damaged[more.draw(st.integers(0, len(data) - 1))] = more.draw(st.integers(0, 255))
    read = [form.read(bytes(damaged), ID_OCTETS), layout.read(bytes(damaged), ID_OCTETS)]
    for accepted in (values for values in read if values is not None):
        reply = message.opened(bytes(damaged))
        assert message.matched(bytes(damaged), reply.begin, reply.end, heads)[0] == accepted


@given(names, st.integers(0, 50))
def test_requests_are_what_pysnmp_understands(name: tuple[int, ...], repetitions: int) -> None:
    ask = message.get(COMMUNITY, [head(name), head((1, 3, 6, 1))])
    whole, rest = decoder.decode(ask.prefix + ID_OCTETS + ask.suffix, asn1Spec=V2C.Message())
    assert not rest
    assert bytes(V2C.apiMessage.get_community(whole)) == COMMUNITY
    pdu = V2C.apiMessage.get_pdu(whole)
    assert pdu.isSameTypeWith(V2C.GetRequestPDU())
    assert int(V2C.apiPDU.get_request_id(pdu)) == REQUEST_ID
    assert [tuple(oid) for oid, _ in V2C.apiPDU.get_varbinds(pdu)] == [name, (1, 3, 6, 1)]
    bulk = message.get_bulk(COMMUNITY, head(name), repetitions)
    whole, rest = decoder.decode(bulk.prefix + ID_OCTETS + bulk.suffix, asn1Spec=V2C.Message())
    pdu = V2C.apiMessage.get_pdu(whole)
    assert pdu.isSameTypeWith(V2C.GetBulkRequestPDU())
    assert int(V2C.apiBulkPDU.get_max_repetitions(pdu)) == repetitions


@pytest.mark.parametrize(
    ("octets", "value"),
    [
        (b"\xff\xff\xff\xff", 2**32 - 1),  # the leading zero left out
        (b"\xff", 2**32 - 1),  # and the leading ones cut off too
        (b"\x00\xff\xff\xff\xff", 2**32 - 1),  # as it should be
        (b"\x80\x00\x00\x00", 2**31),
    ],
)
def test_a_counter_that_an_agent_took_for_a_negative_number_is_read_right(
    octets: bytes, value: int
) -> None:
    assert ber.value(octets, ber.COUNTER32, 0, len(octets)) == value


@pytest.mark.parametrize("wrong", ["", "1", "1.3.x", "3.1.1", "1.40.1", f"1.3.{2**32}", "1.3.-1"])
def test_what_is_no_object_identifier_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"identifier|invalid literal"):
        ber.oid(wrong)
