"""Text of strangers: whatever a command line prints, nothing breaks and no secret shows."""

import re
import subprocess
import sys
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors._cli.login import Login
from collectors._cli.paper import discreet, masked, paper, printed
from collectors._cli.platform import PLATFORMS, Platform
from collectors._cli.questions import QUESTIONS
from collectors._cli.reading import facts
from collectors._net.trouble import Trouble
from core.configuration import Kept

ANY = st.text(st.characters(codec="utf-8"), max_size=400)
ROWS = tuple(PLATFORMS.values())
SECRET = "bI7-mAt-9x"
# A line of each kind that holds a secret, as the platforms' references write it.
LINES = {
    "cisco_ios": (
        "enable secret 9 {}",
        "enable password {}",
        "username a privilege 15 secret 9 {}",
        "username a password 0 {}",
        " password 7 {}",
        "snmp-server community {} RO 10",
        "snmp-server host 10.0.0.1 version 2c {} config",
        "snmp-server host 10.0.0.1 {}",
        "snmp-server user a b v3 auth sha {} priv aes 128 khac",
        "snmp-server user a b v3 auth sha khac priv aes 128 {}",
        "tacacs-server host 10.0.0.1 key 7 {}",
        "radius-server key {}",
        " key {}",
        "  key-string {}",
        "crypto isakmp key {} address 10.0.0.1",
        " pre-shared-key local {}",
        " ip ospf message-digest-key 1 md5 7 {}",
        " ip ospf authentication-key {}",
        " neighbor 10.0.0.1 password 7 {}",
        " ppp chap password 0 {}",
        " standby 1 authentication {}",
        " standby 1 authentication md5 key-string {}",
        " wpa-psk ascii 0 {}",
        "ntp authentication-key 1 md5 {} 7",
        "snmp-server host inside 10.0.0.1 poll community 8 {}",
        "tacacs-server host 10.0.0.1 single-connection key {} timeout 5",
        "radius-server key 0 {}",
        " server-private 10.0.0.1 auth-port 1812 acct-port 1813 key 7 {}",
        " client 10.0.0.1 server-key 7 {}",
        " pac key 7 {}",
        " pre-shared-key address 0.0.0.0 0.0.0.0 key 6 {}",
        " security wpa akm psk set-key ascii 8 {}",
        "  sap pmk {} mode-list gcm-encrypt",
        " path ftp://sao-luu:{}@10.0.0.1/$h",
        "ntp authentication-key 1 hmac-sha2-256 {}",
        " set session-key inbound esp 256 cipher khac authenticator {}",
        " set session-key outbound ah 300 {}",
        " encryption key 1 size 128bit 7 {} transmit-key",
        "mpls ldp password option 1 for 10 {}",
        " authentication key {}",
        " event manager environment _password {}",
    ),
    "huawei_vrp": (
        "snmp-agent community read cipher {}",
        "snmp-agent community read {}",
        " local-user a password irreversible-cipher {}",
        " local-user a password cipher {}",
        " set authentication password cipher {}",
        " radius-server shared-key cipher {}",
        " pre-shared-key cipher {}",
        " ospf authentication-mode md5 1 cipher {}",
        " peer 10.0.0.1 password simple {}",
        "snmp-agent target-host trap address udp-domain 10.0.0.1 params securityname {} v2c",
        "snmp-agent usm-user v3 a b authentication-mode md5 {} privacy-mode des56 khac",
        "snmp-agent usm-user v3 a b authentication-mode md5 khac privacy-mode aes128 {} acl 2000",
        " radius-server shared-key {}",
        " ospf authentication-mode md5 1 plain {}",
        " ospf authentication-mode simple plain {}",
        " vlink-peer 10.0.0.1 md5 1 plain {}",
        " isis authentication-mode md5 plain {} level-1",
        " rip authentication-mode md5 nonstandard {} 1",
        "ntp-service authentication-keyid 1 authentication-mode hmac-sha256 plain {}",
        "  security wpa2 psk pass-phrase {} aes",
        " ldap-server authentication manager cn=x {}",
        "  md5-password plain 10.0.0.1 {}",
        " sa string-key outbound ah simple {}",
        " macsec preshared-key cak {} ckn 11",
    ),
    "h3c_comware": (
        "snmp-agent community write simple {}",
        " password simple {}",
        " key authentication cipher {}",
        " pre-shared-key address 10.0.0.1 key simple {}",
        " snmp-agent usm-user v3 a b simple authentication-mode sha {} privacy-mode aes128 khac",
        " primary authentication 10.0.0.1 key {}",
        " key authentication {}",
        " preshared-key pass-phrase simple {}",
        " md5-authentication 10.0.0.1 plain {}",
    ),
    "juniper_junos": (
        '    encrypted-password "{}"; ## SECRET-DATA',
        '    authentication-key "{}"; ## SECRET-DATA',
        "    community {} {{",
        "    pre-shared-key ascii-text {}; ## SECRET-DATA",
        '        "ftp://sao-luu:{}@10.0.0.1/x";',
        "        community-name {};",
        "    trap-group {} {{",
        '    trap-group "{} x" {{',
        "set snmp trap-group {} targets 10.0.0.1",
        "    trap-group {};",
    ),
    "mikrotik_routeros": (
        "add name=a password={} service=any",
        "set wpa2-pre-shared-key={}",
        'add secret="{}" address=10.0.0.1',
        "set [ find default=yes ] name={} read-access=yes",
        "add management-protection-key={} static-key-0=khac",
        "add auth=md5 auth-id=1 auth-key={}",
        'add tcp-md5-key="{} x"',
        "add cak={} ckn=1",
    ),
    "fortinet": (
        "        set password ENC {}",
        "        set passwd ENC {}",
        '        set psksecret "{}"',
        "        set secret {}",
        "        set auth-pwd {}",
        "        set authkey {}",
        '        set http-headers "Authorization: Bearer {}"',
        '        set uri "sao-luu:{}@10.0.0.1/x"',
        '        set uri "sao-luu:a/{}@10.0.0.1/x"',
    ),
    "cisco_nxos": (
        "snmp-server community {} group network-operator",
        "  key 0 {}",
        "snmp-server user a network-admin auth md5 0xkhac priv {} localizedkey",
        'radius-server host 10.0.0.1 key 7 "{}" authentication accounting',
        "  key-octet-string 7 {} cryptographic-algorithm AES_128_CMAC",
    ),
    "frr": ("password {}", "enable password {}", " neighbor 10.0.0.1 password {}"),
}


@pytest.mark.parametrize(
    ("platform", "form"), [(name, form) for name, forms in LINES.items() for form in forms]
)
def test_every_kind_of_secret_is_hidden(platform: str, form: str) -> None:
    [shown] = masked(PLATFORMS[platform], [form.format(SECRET)])
    assert SECRET not in shown
    assert "***" in shown


@pytest.mark.parametrize(
    "line",
    [
        "service password-encryption",
        "hostname R1",
        " description khoa hoc, so 12",
        "ip address 10.75.0.1 255.255.255.0",
        "aaa authentication login default local",
        " key chain",
        "snmp-server location Phường An Lộc",
        "interface GigabitEthernet0/1",
        " key 12",
        "ntp server 10.0.0.1 key 1",
        " ip ospf authentication key-chain TSLCD",
    ],
)
def test_what_is_no_secret_stays_readable(line: str) -> None:
    assert list(masked(PLATFORMS["cisco_ios"], [line])) == [line]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(ROWS), ANY, ANY)
def test_any_output_becomes_a_configuration_or_a_reason(
    platform: Platform, text: str, prompt: str
) -> None:
    said = printed(text, platform.running, prompt)
    with suppress(Trouble):
        found = paper(platform, Kept.RUNNING, said)
        assert found.masked.count("\n") == found.text.count("\n")


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(QUESTIONS)), st.lists(ANY, min_size=5, max_size=5))
def test_any_answer_is_read_or_named(platform: str, texts: list[str]) -> None:
    told = list(zip(QUESTIONS[platform], texts, strict=False))
    found = facts(platform, told)
    assert set(found.unread) <= {question.command for question, _ in told}


@pytest.mark.parametrize(
    "text", ["", "mot-chuoi", ":mat-khau", "ten:", "a:b\nkhac:c", "a:b\nenable"]
)
def test_a_secret_of_another_form_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(Trouble) as refused:
        Login.of(text)
    assert "mat-khau" not in refused.value.failure.detail


def test_colours_are_dropped_and_what_is_written_over_is_gone() -> None:
    said = (
        "show\r\n\x1b[1minterface\x1b[0m Gi0/1\x1b[K\r\n mtu 1500\r\r\n --More-- "
        "\b\b\b\b\b\b\b\b\b         \b\b\b\b\b\b\b\b\b description x\r\nR1#"
    )
    assert printed(said, "show", "R1#") == "interface Gi0/1\n mtu 1500\n description x"


@pytest.mark.parametrize("beside", ["{master:0}", "{master}", "{primary:node0}", "{backup:1}"])
def test_what_a_stack_says_above_its_prompt_is_no_part_of_the_configuration(beside: str) -> None:
    junos = PLATFORMS["juniper_junos"]
    said = "version 21.4;\r\nsystem {\r\n    a;\r\n}\r\n\r\n"
    said = f"{junos.running} \r\n{said}{beside}\r\nlan@sw> "
    text = printed(said, junos.running, "lan@sw>", junos.above)
    assert paper(junos, Kept.RUNNING, text).text == "version 21.4;\nsystem {\n    a;\n}\n"


def test_private_keys_are_hidden_wherever_they_begin_and_end() -> None:
    begin, end = "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"
    lines = [f'set key "{begin}MIIE', "abcdef", f'ghi{end}"', f"{begin}xyz{end}", "next"]
    assert list(masked(PLATFORMS["fortinet"], lines)) == [
        f"set key ***{begin}***",
        "***",
        f'***{end}"',
        f"{begin}***",
        "next",
    ]


def test_what_is_secret_in_one_section_is_none_in_the_next() -> None:
    for platform, text in (
        (
            "mikrotik_routeros",
            f"/snmp community\nset [ find default=yes ] addresses=10.0.0.0/8 name={SECRET}\n"
            f'add addresses=::/0 name="{SECRET} x"\n/container envs\n'
            f"add key=MAT_KHAU name=x value={SECRET}\n/system identity\nset name=R1",
        ),
        (
            "fortinet",
            f'config system snmp community\n    edit 1\n        set name "{SECRET}"\n'
            "        config hosts\n            edit 1\n            next\n        end\n    next\n"
            f'    edit 2\n        set name "{SECRET}"\n    next\nend\n'
            "config system zone\n    edit 1\n        set name R1",
        ),
        (
            "fortinet",
            "config system automation-action\n    edit a\n        config http-headers\n"
            f'            edit 1\n                set value "Bearer {SECRET}"\n'
            "            next\n        end\n    next\n    edit b\n        set value R1",
        ),
    ):
        shown = "\n".join(masked(PLATFORMS[platform], text.split("\n")))
        assert SECRET not in shown, shown
        assert shown.endswith("R1"), shown
        assert shown.count("\n") == text.count("\n")


def test_a_secret_is_hidden_where_the_device_breaks_its_line() -> None:
    text = (
        "/interface wireless security-profiles\n"
        "add authentication-types=wpa2-psk name=xa wpa2-pre-shared-key=\\\n"
        f'    "{SECRET} dai" supplicant-identity=\\\n    R1 wpa-pre-shared-key="dai \\\n'
        f'    {SECRET}"\nadd name=xa2\n'
        f'/system script\nadd source="x -----BEGIN PRIVATE KEY-----\\\n    {SECRET}\\\n    y"'
    )
    shown = "\n".join(masked(PLATFORMS["mikrotik_routeros"], text.split("\n")))
    assert SECRET not in shown, shown
    assert "    R1 wpa-pre-shared-key=***\n***\nadd name=xa2\n" in shown
    assert shown.count("\n") == text.count("\n")


# What scans on and on: anything at all, or a word that begins wherever one looks.
_ENDLESS = re.compile(r"(?<!\\)\.[*+]|^(?:\([?:\w<>]*)*(?:[^(]*\|)?\\[Sw][*+]")


@pytest.mark.parametrize("platform", ROWS, ids=lambda row: row.name)
def test_a_secret_that_may_begin_anywhere_is_looked_for_within_a_bound(platform: Platform) -> None:
    patterns = [*platform.hidden, *(secret for _, _, secret in platform.sections)]
    anywhere = [one.pattern for one in patterns if not one.pattern.startswith("^")]
    assert anywhere
    assert [one for one in anywhere if _ENDLESS.search(one)] == []


@pytest.mark.parametrize(
    "pattern",
    [
        r'(?P<secret>"[^"]*"|\S+);\s*## SECRET-DATA',
        r"(?P<secret>\S+) key",
        r"\bprimary .*\bkey (?P<secret>\S+)",
        r"-server\b.+? key (?P<secret>\S+)",
    ],
)
def test_a_pattern_that_reads_a_line_again_for_each_beginning_is_seen(pattern: str) -> None:
    assert _ENDLESS.search(pattern)


def test_a_line_of_many_beginnings_keeps_its_one_secret_hidden() -> None:
    for name, begin, form in (
        ("cisco_ios", "tacacs-server ", "key 7 {}"),
        ("huawei_vrp", "primary ", "x key simple {}"),
        ("juniper_junos", ";;;; ", '"{}"; ## SECRET-DATA'),
        ("mikrotik_routeros", "name=", "{} read-access=yes"),
    ):
        [shown] = masked(PLATFORMS[name], [begin * 100 + form.format(SECRET)])
        assert SECRET not in shown, shown


@pytest.mark.parametrize(
    "line",
    [
        "%PARSER-5-CFGLOG_LOGGEDCMD: User:lan  logged command:username a password 0 {}",
        "%PARSER-5-CFGLOG_LOGGEDCMD: User:lan  logged command:snmp-server user a b v3 auth sha {}",
        "UI_CMDLINE_READ_LINE: User 'lan', command 'set system radius-server 10.0.0.1 secret {} '",
        '%%01SHELL/5/CMDRECORD(s)[1]:Recorded command. (User=lan, Command="snmp-agent community '
        'read {}")',
        "-Line=vty0-User=lan; Command is local-user a password simple {}",
    ],
)
def test_a_log_of_what_was_typed_shows_no_secret(line: str) -> None:
    shown = discreet(line.format(SECRET))
    assert SECRET not in shown
    assert "lan" in shown


@pytest.mark.parametrize(
    "line",
    [
        "Failed password for lan from 10.0.0.9 port 22 ssh2",
        "%SYS-5-CONFIG_I: Configured from console by lan on vty0 (10.0.0.9)",
        "logged command:interface GigabitEthernet0/1",
        "User 'lan', command 'show interfaces terse '",
    ],
)
def test_a_line_of_a_log_without_a_secret_stays_as_it_is(line: str) -> None:
    assert discreet(line) == line


def test_a_line_without_end_is_hidden_whole() -> None:
    [shown] = masked(PLATFORMS["cisco_ios"], [" description " + "x" * 10_000 + SECRET])
    assert SECRET not in shown
    [shown] = masked(PLATFORMS["cisco_ios"], [f" password 7 {SECRET}" + "x" * 10_000])
    assert SECRET not in shown


def test_the_library_is_loaded_by_nobody_who_does_not_log_in() -> None:
    heavy = "netmiko", "paramiko", "ntc_templates", "textfsm"
    code = (
        "import sys; from runtime import registries; registries.collectors(); import runtime.hub; "
        f"sys.exit(any(name in sys.modules for name in {heavy!r}))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
