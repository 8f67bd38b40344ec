"""Configurations as devices print them, with what is secret in them and what moves by itself."""

SECRETS = (
    "bi-mat-cong-dong",
    "095C4F1A0A1218000F",
    "$1$mERr$hx5rVt7rPNoS4wqbXKX7m0",
    "khoa-tacacs",
)


def ios(
    mtu: int = 1500,
    at: str = "09:12:33 ICT Mon Nov 30 2026",
    by: str = "hanh",
    clock: int = 17180153,
) -> str:
    """Return what IOS prints of its running configuration."""
    interfaces = "".join(
        f"interface GigabitEthernet0/{n}\n description ** Cong {n} # TSLCD **\n"
        f" ip address 10.75.{n}.1 255.255.255.0\n!\n"
        for n in range(12)
    )
    return (
        "Building configuration...\n\n"
        f"Current configuration : {4000 + mtu} bytes\n!\n"
        f"! Last configuration change at {at} by {by}\n!\n"
        "version 15.7\nservice timestamps log datetime msec\nservice password-encryption\n!\n"
        "hostname R1\n!\n"
        f"enable secret 5 {SECRETS[2]}\n!\n"
        f"username sao-luu privilege 15 password 7 {SECRETS[1]}\n!\n"
        f"crypto pki certificate chain TP-self-signed-1\n certificate self-signed 01\n"
        "  30820229 30820192 A0030201 02020101 300D0609\n  \tquit\n!\n"
        f"{interfaces}"
        f"interface GigabitEthernet0/99\n mtu {mtu}\n!\n"
        f"snmp-server community {SECRETS[0]} RO\n"
        f"tacacs-server host 10.75.0.9 key {SECRETS[3]}\n"
        "banner motd ^C\nR1# la thiet bi cua tinh\n^C\n!\n"
        f"ntp clock-period {clock}\nntp server 10.75.0.3\nend\n"
    )


def ios_startup(mtu: int = 1500) -> str:
    """Return what IOS prints of the configuration it starts with."""
    text = ios(mtu, at="08:00:00 ICT Mon Nov 30 2026", by="lan", clock=17180999)
    text = text.split("!\n", 1)[1]
    text = text.replace(
        " certificate self-signed 01\n  30820229 30820192 A0030201 02020101 300D0609\n  \tquit\n",
        " certificate self-signed 01 nvram:IOS-Self-Sig#1.cer\n",
    )
    return f"Using {2000 + mtu} out of 262136 bytes\n!\n{text}"


def vrp(mtu: int = 1500) -> str:
    """Return what VRP prints of its running configuration."""
    interfaces = "".join(
        f"interface GigabitEthernet0/0/{n}\n description Cong {n}\n#\n" for n in range(20)
    )
    return (
        "!Software Version V200R010C10SPC700\n"
        "!Last configuration was updated at 2026-11-30 09:12:33+07:00 by minh\n"
        "!Last configuration was saved at 2026-11-29 08:00:00+07:00 by lan\n"
        "#\nsysname R1\n#\n"
        "snmp-agent community read cipher %^%#bi-mat-cong-dong%^%#\n"
        "aaa\n local-user sao-luu password irreversible-cipher $1a$bi-mat$\n"
        f"#\n{interfaces}interface GigabitEthernet0/0/99\n mtu {mtu}\n#\nreturn\n"
    )
