"""What a command line is like, as a row of a table: how to ask, what to hide, what to overlook."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

_ANY_CASE = re.IGNORECASE


@dataclass(frozen=True)
class Platform:
    """One command line. Patterns are of single lines, unless they say otherwise.

    `driver` is netmiko's name for it; "generic" where its driver would change the device's
    settings. `volatile` are lines that change by themselves, `blocks` pairs (begin, end) of
    lines likewise; `secrets` have a group `secret`, and what it matches is hidden. `shifting`:
    the device writes the same secret anew each time, so that secrets are no difference.
    `changed` have groups `by` and `at`, of who changed the configuration last, and when.

    A pattern of a secret that may begin anywhere in a line looks no further than a bound: whoever
    writes a line with many beginnings is not to make us read it again for each.
    """

    name: str  # of the parameter
    title: str
    driver: str
    running: str
    startup: str | None = None  # None: what runs is what it begins with
    instead: tuple[tuple[str, str], ...] = ()  # what is asked where a command is refused
    ends: str | None = None  # the last line; without it the text was cut
    refused: str = r"^\s*(%|Error:|\^|syntax error|unknown command|bad command|Command fail)"
    volatile: tuple[str, ...] = ()
    blocks: tuple[tuple[str, str], ...] = ()
    secrets: tuple[str, ...] = ()
    within: tuple[tuple[str, str, str], ...] = ()
    continued: str | None = None
    shifting: bool = False
    changed: tuple[str, ...] = ()
    above: str = r"(?!)"  # a line that stands above the prompt, and is no part of an answer
    user_suffix: str = ""
    vendors: tuple[str, ...] = ()  # of the inventory, folded
    newline: str = "\n"
    leave: str = "exit"

    @cached_property
    def volatile_lines(self) -> re.Pattern[str]:
        """Match a line that changes by itself."""
        return re.compile("|".join(f"(?:{one})" for one in self.volatile) or r"(?!)")

    @cached_property
    def hidden(self) -> tuple[re.Pattern[str], ...]:
        """Match what is secret, the platform's own patterns first."""
        return tuple(re.compile(one, _ANY_CASE) for one in (*self.secrets, *_EVERYWHERE))

    @cached_property
    def sections(self) -> tuple[tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]], ...]:
        """Match where a section begins, where it has ended, and what is secret in it."""
        return tuple(
            (re.compile(begin), re.compile(end), re.compile(secret, _ANY_CASE))
            for begin, end, secret in self.within
        )

    @cached_property
    def whose(self) -> tuple[re.Pattern[str], ...]:
        """Match who changed it last."""
        return tuple(re.compile(one, re.MULTILINE) for one in self.changed)

    @cached_property
    def refusal(self) -> re.Pattern[str]:
        """Match the beginning of an answer that is a refusal."""
        return re.compile(self.refused, _ANY_CASE)


# A value stands in quotes or ends at a blank; RouterOS breaks its lines before one, or in it.
_VALUE = r'(?:\\\n *)?(?P<secret>"(?:[^"\\]|\\[\s\S])*"|[^\s;]+)'
_DRESS = r"(?:simple|plain|cipher|irreversible-cipher)"  # how VRP and Comware write a secret
# Whatever the platform: a word that announces a secret, then perhaps its kind, then the secret.
_EVERYWHERE = (
    r"(?:pass(?:word|wd|-?phrase)|secret|psk|pre-?shared-key|shared-key|auth-pass\w*|"
    r"authentication-key|session-key|server-key|key-(?:octet-)?string|string-key|"
    r"(?:auth|priv)-pwd|private-key)"
    r"(?:[ =]+(?:simple|cipher|irreversible-cipher|hash|plain|ascii-text|hex|ascii|encrypted|ENC|"
    r"local|remote|level \d+|md5|sha\S*|[hc]mac-\S+|set-key|pass-phrase|cak|"
    r"(?:in|out)bound(?: ah| esp)?|option \d+ for \S+|(?:address|hostname)(?: \S+){1,4}? key|"
    r"\d{1,3}))*[ =]+" + _VALUE,
    r"\b(?:cipher|irreversible-cipher|ENC|pmk|cak|authenticator) " + _VALUE,
    r"\bcommunity(?:-name)?(?:[ =]+(?:read|write|simple|cipher|\d))*[ =]+" + _VALUE,
    r"(?P<secret>\$(?:1|5|6|8|9|14|y|2[aby])\$[^\s\";]+)",  # crypt(3) and its kind, anywhere
    r"://[^\s/:@\"]*:(?P<secret>[^\s/@\"]+)@",
    r"\bAuthorization: *(?:[a-z]+ +)?(?P<secret>[^\s\";]+)",
)
# A key stands in the open on many lines of IOS and its like. One of few digits is a key's number.
_CISCO_SECRETS = (
    r"^\s*enable (?:secret|password)(?: level \d+)?(?: \d{1,2})? (?P<secret>.+)$",
    r"^\s*username \S+ .*?(?:secret|password)(?: \d{1,2})? (?P<secret>.+)$",
    r"^\s*snmp-server community (?P<secret>\S+)",
    r"^\s*snmp-server host \S+(?: vrf \S+)?(?: (?:traps|informs))?(?: version (?:1|2c|3 \S+))? "
    r"(?P<secret>\S+)",
    r"^\s*snmp-server user .*?\bauth \S+(?: \d{3})? (?P<secret>\S+)",
    r"^\s*snmp-server user .*?\bpriv (?:(?:3?des|aes)\S* )?(?:128 |192 |256 )?(?P<secret>\S+)",
    r"^\s*(?:pac )?key(?: [0-9]{1,2})? (?P<secret>(?!chain\b|\d{1,3}$)\S+)\s*$",
    r"\bkey [05-8] " + _VALUE,
    r"(?:-server|server-private|map-server|\bauthentication)\b.{0,200}? key(?: \d)? " + _VALUE,
    r"^\s*crypto isakmp key(?: \d)? (?P<secret>\S+)",
    r"\bencryption key \d size \S+(?: \d)? (?P<secret>\S+)",
    r"\bsession-key (?:in|out)bound (?:ah|esp) \d+(?: cipher)? (?P<secret>\S+)",
    r"\bmessage-digest-key \d+ md5(?: \d)? (?P<secret>\S+)",
    r"\bauthentication (?:text |md5 key-string (?:\d )?)?(?P<secret>(?!mode|key-chain|message|"
    r"login|ppp|pre-share|rsa|text|md5|open|network|timer|event|host|order|port|priority|periodic|"
    r"command|control|retries|key|null|ipsec|accounting)\S+)\s*$",
    r"^\s*neighbor \S+ password(?: \d)? (?P<secret>\S+)",
    r"\bfailover key (?P<secret>\S+)",
)
# VRP and Comware are of one blood: a mode, perhaps how the secret is written, the secret.
_HUAWEI_SECRETS = (
    r"\bsnmp-agent community (?:read|write)(?: cipher| simple)? (?P<secret>\S+)",
    r"\bsecurityname(?: cipher| simple)? (?P<secret>\S+)",
    r"\b(?:authentication|privacy)-mode (?:md5|sha|hmac|sm|simple|plain|3?des|aes)\S*"
    r"(?: (?:usual|nonstandard|rfc\d+|\d{1,3}|" + _DRESS + r"))* (?P<secret>\S+)",
    r"\bmd5-password " + _DRESS + r" \S+ (?P<secret>\S+)",
    r"\bauthentication manager \S+(?: " + _DRESS + r")? (?P<secret>\S+)",
    r"\bsa (?:(?:authentication|encryption)-hex|string-key) (?:in|out)bound (?:ah|esp)"
    r"(?: " + _DRESS + r")? (?P<secret>\S+)",
    r"\bkey (?:authentication|accounting|\d+)(?: " + _DRESS + r")? (?P<secret>(?!key-string\b)\S+)",
    r"\b(?:primary|secondary) .{0,200}\bkey(?: " + _DRESS + r")? (?P<secret>\S+)",
    r"\b" + _DRESS + r"(?: " + _DRESS + r")? (?P<secret>(?!authentication-mode\b)\S+)",
)
_CISCO_VOLATILE = (
    r"^Building configuration",
    r"^Current configuration",
    r"^Using \d+ out of \d+ bytes",
    r"^Uncompressed configuration",
    r"^! ?(?:Last configuration change|NVRAM config last|No configuration change)",
    r"^\s*ntp clock-period \d+",
    r"^!(?:Time|Command|Running configuration last|Startup config saved)",
    r"^\s*$",
)

IOS = Platform(
    "cisco_ios",
    "Cisco IOS, IOS XE",
    "cisco_ios",
    "show running-config",
    "show startup-config",
    ends=r"^end$",
    refused=r"^\s*(% ?(Invalid|Incomplete|Ambiguous|Unknown|Authorization|Bad|Permission)|"
    r"Command authorization failed|\^\s*$)",
    volatile=_CISCO_VOLATILE,
    # Running shows a certificate in full, startup names its file.
    blocks=((r"^crypto pki certificate chain", r"^\S"),),
    secrets=_CISCO_SECRETS,
    changed=(r"^! Last configuration change at (?P<at>.+?) by (?P<by>\S+)\s*$",),
    vendors=("cisco",),
)
NXOS = Platform(
    "cisco_nxos",
    "Cisco NX-OS",
    "cisco_nxos",
    "show running-config",
    "show startup-config",
    refused=IOS.refused,
    volatile=_CISCO_VOLATILE,
    secrets=_CISCO_SECRETS,
)
VRP = Platform(
    "huawei_vrp",
    "Huawei VRP",
    "huawei",
    "display current-configuration",
    "display saved-configuration",
    ends=r"^return$",
    refused=r"^\s*(Error:|\^\s*$|There is no (?:correct )?configuration)",
    volatile=(
        r"^!(?:Software Version|Last configuration was|MKHash)",
        r"^\s*$",
    ),
    secrets=(r"(?P<secret>%[\^$@+]?%#.{0,1000}?%[\^$@+]?%#)", *_HUAWEI_SECRETS),
    changed=(
        r"^!Last configuration was updated at (?P<at>.+?) by (?P<by>\S+)\s*$",
        r"^!Last configuration was saved at (?P<at>.+?) by (?P<by>\S+)\s*$",
    ),
    leave="quit",
    vendors=("huawei",),
)
COMWARE = Platform(
    "h3c_comware",
    "H3C Comware",
    "hp_comware",
    "display current-configuration",
    "display saved-configuration",
    ends=r"^return$",
    refused=r"^\s*(%|\^\s*$|Permission denied)",
    volatile=(r"^\s*$",),
    secrets=(r"(?P<secret>\$[ch]\$\S+)", *_HUAWEI_SECRETS),
    leave="quit",
    vendors=("h3c", "hpe comware"),
)
JUNOS = Platform(
    "juniper_junos",
    "Juniper Junos",
    "juniper_junos",
    "show configuration",
    ends=r"^}$",
    refused=r"^\s*(\^\s*$|error:|syntax error|unknown command)",
    volatile=(r"^## Last c(?:ommit|hanged)", r"^\s*$"),
    secrets=(
        r'(?P<secret>"[^"]*"|(?<!\S)\S+);\s*## SECRET-DATA',
        # The name of a group is the community that its traps bear.
        r'\btrap-group (?P<secret>"[^"]*"|[^\s{;]+)',
    ),
    changed=(r"^## Last commit: (?P<at>.+?) by (?P<by>\S+)\s*$",),
    # Of a chassis with two engines, a stack or a cluster: {master:0}, {primary:node0}.
    above=r"\{(?:master|backup|linecard|primary|secondary|line|hold|lost|disabled)\b[^{}]*\}",
    vendors=("juniper",),
)
MIKROTIK = Platform(
    "mikrotik_routeros",
    "MikroTik RouterOS",
    "generic",
    # Since version 7 secrets are left out unless they are asked for; before, they are printed.
    "/export show-sensitive",
    instead=(("/export show-sensitive", "/export"),),
    refused=r"^\s*(bad command|syntax error|expected|not enough permissions|no such)",
    volatile=(
        r"^# .* by RouterOS",  # the time of the export itself
        r"^\s*$",
    ),
    secrets=(
        r"(?<!\S)(?:name|community)=(?P<secret>\S+)(?= .{0,400}\bread-access=)",
        r"(?<![\w.-])(?![\w.-]*public-key)[\w.-]*(?:key(?:-\d)?|cak)=" + _VALUE,
    ),
    within=(
        (r"^/snmp[ /]community\b", r"^/(?!snmp[ /]community\b)", r"\bname=" + _VALUE),
        (r"^/container[ /]envs\b", r"^/(?!container[ /]envs\b)", r"\bvalue=" + _VALUE),
    ),
    continued=r"\\$",
    user_suffix="+ct511w4098h",  # no colours, no line editing, wide and long
    newline="\r\n",
    leave="/quit",
    vendors=("mikrotik",),
)
FORTIOS = Platform(
    "fortinet",
    "Fortinet FortiOS",
    "generic",  # netmiko's own driver writes `config system console` on the device
    "show",
    ends=r"^end$",
    refused=r"^\s*(Unknown action|Command fail|Permission denied)",
    volatile=(
        r"^#(?:config-version|conf_file_ver|buildno|global_vdom|private-encryption)",
        r"^\s*$",
    ),
    blocks=((r"-----BEGIN .*PRIVATE KEY-----", r"-----END "),),
    secrets=(
        r"^\s*set (?:password|passwd|psksecret|key|private-key|secret|sso-password|"
        r"auth-pwd|priv-pwd|ppk-secret|passphrase|\S*-secret|(?!\S*public)\S*key)(?: ENC)? "
        r"(?P<secret>.+)$",
        # An automation's address stands without its protocol: "sao-luu:mat-khau@10.0.0.1/x".
        r'"[^\s/:@"]*:(?P<secret>[^\s@"]+)@',
    ),
    within=(
        (r"^ *config system snmp community$", r"^ {0,4}end$", r"^\s*set name (?P<secret>.+)$"),
        (r"^ *config http-headers$", r"^ *end$", r"^\s*set value (?P<secret>.+)$"),
    ),
    shifting=True,  # ENC is salted anew whenever it is shown
    vendors=("fortinet",),
)
FRR = Platform(
    "frr",
    "FRRouting (vtysh)",
    "cisco_ios",
    "show running-config",
    "show startup-config",  # prints nothing where vtysh writes one file for all daemons
    ends=r"^end$",
    refused=r"^\s*%",
    volatile=(*_CISCO_VOLATILE, r"^!", r"^end$", r"^frr version "),
    secrets=_CISCO_SECRETS,
    vendors=("frr", "frrouting"),
)

PLATFORMS: dict[str, Platform] = {
    one.name: one for one in (IOS, NXOS, VRP, COMWARE, JUNOS, MIKROTIK, FORTIOS, FRR)
}


def spans(pattern: re.Pattern[str], line: str) -> Sequence[tuple[int, int]]:
    """Return where a line holds what is secret, last first."""
    return [found.span("secret") for found in pattern.finditer(line)][::-1]
