"""ZTE: ZXR10 switches and routers."""

from collectors._snmp.descriptor import Facts, Family

ZXR10 = Family(
    "ZTE ZXR10",
    "ZTE",
    objects=("1.3.6.1.4.1.3902.3", "1.3.6.1.4.1.3902.15"),
    facts=Facts(
        model=(r"ZXR10[ _](\d+\S*?)(?:,| Software|$)",),
        software=(r"ZXR10 \d+\S* (V[\d.]+\S*)", r"Version (V\S+)"),
    ),
)

FAMILIES = (ZXR10,)
