"""Keys and messages of SNMPv3: the vectors of the RFCs, pysnmp's second opinion, hostile bytes."""

from contextlib import suppress
from itertools import product
from typing import Any

import pysnmp.proto.secmod.rfc3414  # noqa: F401  (before its parts: they import each other)
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyasn1.type.univ import OctetString
from pysnmp.proto.secmod.eso.priv import aes192, aes256
from pysnmp.proto.secmod.rfc3414.auth import hmacmd5, hmacsha
from pysnmp.proto.secmod.rfc3414.priv import des
from pysnmp.proto.secmod.rfc3826.priv import aes
from pysnmp.proto.secmod.rfc7860.auth import hmacsha2

from collectors._snmp import ber, secured
from collectors._snmp.ber import Junk
from collectors._snmp.secured import Spoken
from collectors._snmp.session import Session
from collectors._snmp.usm import (
    Auth,
    Keys,
    NoLogin,
    Priv,
    User,
    is_login,
    key_of,
    keys_of,
    localised,
    user_of,
)

ENGINE = bytes.fromhex("000000000000000000000002")
PDU = ber.tlv(0xA0, b"\x02\x04\x01\x02\x03\x04\x02\x01\x00\x02\x01\x00\x30\x00")

SCOPE = secured.Scoped(ENGINE, b"", PDU)


@pytest.mark.parametrize(
    ("auth", "key", "local"),
    [
        (
            Auth.MD5,  # RFC 3414, A.3.1
            "9faf3283884e92834ebc9847d8edd963",
            "526f5eed9fcce26f8964c2930787d82b",
        ),
        (
            Auth.SHA,  # RFC 3414, A.3.2
            "9fb5cc0381497b3793528939ff788d5d79145211",
            "6695febc9288e36282235fc7151f128497b38f3f",
        ),
    ],
)
def test_a_password_becomes_the_keys_of_the_rfc(auth: Auth, key: str, local: str) -> None:
    made = key_of(auth, b"maplesyrup")
    assert made.hex() == key
    assert localised(auth, made, ENGINE).hex() == local


PYSNMP_AUTH: dict[Auth, Any] = {
    Auth.MD5: hmacmd5.HmacMd5(),
    Auth.SHA: hmacsha.HmacSha(),
    Auth.SHA224: hmacsha2.HmacSha2(hmacsha2.HmacSha2.SHA224_SERVICE_ID),
    Auth.SHA256: hmacsha2.HmacSha2(hmacsha2.HmacSha2.SHA256_SERVICE_ID),
    Auth.SHA384: hmacsha2.HmacSha2(hmacsha2.HmacSha2.SAH384_SERVICE_ID),
    Auth.SHA512: hmacsha2.HmacSha2(hmacsha2.HmacSha2.SHA512_SERVICE_ID),
}
SERVICE = {
    Auth.MD5: hmacmd5.HmacMd5.SERVICE_ID,
    Auth.SHA: hmacsha.HmacSha.SERVICE_ID,
    Auth.SHA224: hmacsha2.HmacSha2.SHA224_SERVICE_ID,
    Auth.SHA256: hmacsha2.HmacSha2.SHA256_SERVICE_ID,
    Auth.SHA384: hmacsha2.HmacSha2.SAH384_SERVICE_ID,
    Auth.SHA512: hmacsha2.HmacSha2.SHA512_SERVICE_ID,
}
PYSNMP_PRIV: dict[Priv, Any] = {
    Priv.DES: des.Des(),
    Priv.AES128: aes.Aes(),
    Priv.AES192: aes192.AesBlumenthal192(),
    Priv.AES256: aes256.AesBlumenthal256(),
    Priv.AES192C: aes192.Aes192(),
    Priv.AES256C: aes256.Aes256(),
}


@pytest.mark.parametrize(("auth", "priv"), list(product(Auth, Priv)))
def test_keys_are_those_that_pysnmp_makes(auth: Auth, priv: Priv) -> None:
    user = User("gs", auth, "mật khẩu một", priv, "mật khẩu hai")
    made = keys_of(user, ENGINE)
    signer, cipher = PYSNMP_AUTH[auth], PYSNMP_PRIV[priv]
    long = signer.hash_passphrase("mật khẩu một".encode())
    assert made.auth == bytes(signer.localize_key(long, OctetString(ENGINE)))
    service = SERVICE[auth]
    long = cipher.hash_passphrase(service, "mật khẩu hai".encode())
    theirs = bytes(cipher.localize_key(service, long, OctetString(ENGINE)))
    assert made.priv == theirs[: priv.key_size]


@pytest.mark.parametrize(("auth", "priv"), list(product([Auth.MD5, Auth.SHA512], Priv)))
def test_what_we_encrypt_pysnmp_decrypts(auth: Auth, priv: Priv) -> None:
    user = User("gs", auth, "mật khẩu một", priv, "mật khẩu hai")
    keys = keys_of(user, ENGINE)
    spoken = Spoken(user, keys, ENGINE, 7, 123456)
    whole = secured.sealed(spoken, 77, SCOPE)
    said = secured.parsed(whole)
    assert (said.boots, said.time, said.message_id, said.level) == (7, 123456, 77, "authPriv")
    theirs = (7, 123456, OctetString(said.salt))
    plain = PYSNMP_PRIV[priv].decrypt_data(OctetString(keys.priv), theirs, OctetString(said.body))
    inner = ber.tlv(ber.STRING, ENGINE) + ber.tlv(ber.STRING, b"") + PDU
    assert plain.startswith(ber.tlv(ber.SEQUENCE, inner))
    assert secured.is_signed(whole, said, user, keys)
    assert secured.scoped(said, user, keys) == SCOPE


@pytest.mark.parametrize("auth", Auth)
def test_a_message_with_any_bit_changed_is_not_signed(auth: Auth) -> None:
    user = User("gs", auth, "mật khẩu một")
    keys = keys_of(user, ENGINE)
    whole = secured.sealed(Spoken(user, keys, ENGINE, 7, 123), 77, SCOPE)
    for at in range(len(whole)):
        changed = whole[:at] + bytes((whole[at] ^ 1,)) + whole[at + 1 :]
        with suppress(Junk):
            assert not secured.is_signed(changed, secured.parsed(changed), user, keys)


def test_a_login_is_read_with_all_its_parts() -> None:
    said = 'v3 user=giamsat auth=SHA256:"mật khẩu một" priv=aes256c:matkhau-hai context=vrf1'
    assert is_login(said)
    assert not is_login("v3community")
    assert user_of(said) == User(
        "giamsat", Auth.SHA256, "mật khẩu một", Priv.AES256C, "matkhau-hai", "vrf1"
    )
    assert user_of("v3 user=a").level == "noAuthNoPriv"
    assert user_of("v3 user=a auth=md5:12345678").level == "authNoPriv"
    assert "mật khẩu" not in repr(user_of(said))


@pytest.mark.parametrize(
    ("secret", "why"),
    [
        ("v3 ", "user="),
        ("v3 user=", "user="),
        ("v3 giamsat", "neither user="),
        ("v3 user=a auth=sha256:ngan", "fewer than 8"),
        ("v3 user=a auth=rot13:12345678", "one of md5, sha"),
        ("v3 user=a auth=12345678", "and a colon"),
        ("v3 user=a priv=aes:12345678", "without auth="),
        ("v3 user=a user=b", "twice"),
        ('v3 user=a auth=sha:"12345678', "quotation mark"),
        (f"v3 user={'a' * 33}", "at most 32"),
    ],
)
def test_a_login_that_is_none_is_refused_with_the_reason_and_without_the_password(
    secret: str, why: str
) -> None:
    with pytest.raises(NoLogin) as refusal:
        user_of(secret)
    assert why in str(refusal.value)
    assert "12345678" not in str(refusal.value)
    assert "ngan" not in str(refusal.value)


WHOLE = [
    secured.sealed(Spoken(user, keys_of(user, ENGINE), ENGINE, 3, 99), 0x01000001, SCOPE)
    for user in (
        User("gs"),
        User("gs", Auth.SHA, "mật khẩu một"),
        User("gs", Auth.SHA256, "mật khẩu một", Priv.DES, "mật khẩu hai"),
        User("gs", Auth.SHA256, "mật khẩu một", Priv.AES128, "mật khẩu hai"),
    )
]


@settings(max_examples=300)
@given(st.binary(max_size=300))
def test_no_bytes_do_more_to_the_reader_than_be_junk(data: bytes) -> None:
    with suppress(Junk):
        secured.parsed(data)


@settings(max_examples=800, deadline=None)
@given(st.sampled_from(WHOLE), st.data())
def test_a_session_takes_no_message_that_was_changed(whole: bytes, data: st.DataObject) -> None:
    user = User("gs", Auth.SHA256, "mật khẩu một", Priv.AES128, "mật khẩu hai")
    session = Session(user)
    session.engine_id, session.keys = ENGINE, keys_of(user, ENGINE)
    at = data.draw(st.integers(0, len(whole) - 1))
    changed = whole[:at] + bytes((data.draw(st.integers(0, 255)),)) + whole[at + 1 :]
    ids = ((0x01000001 ^ session._salt).to_bytes(4),)
    with suppress(Junk):
        session.opened(changed, ids, 0.0)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60), st.binary(max_size=10))
def test_encrypted_junk_is_junk_whatever_the_cipher_makes_of_it(body: bytes, salt: bytes) -> None:
    for priv in Priv:
        user = User("gs", Auth.SHA256, "mật khẩu một", priv, "mật khẩu hai")
        said = secured.Secured(1, 3, ENGINE, 1, 1, b"gs", b"", 0, salt, body)
        with suppress(Junk):
            secured.scoped(said, user, keys_of(user, ENGINE))


def test_keys_and_passwords_show_in_no_repr() -> None:
    assert "00" not in repr(Keys(b"\0\0", b"\0\0"))
