"""Light that fades, from the terminal."""

from pathlib import Path

from core.clock import SystemClock
from core.errors import Unavailable
from core.text import Text
from runtime.cli._ledger import Voice, settings_of, with_ledger
from runtime.cli._series import engine, with_secrets
from storage.ledger import Ledger
from storage.optics import Light, lights

_NO_ENGINE = Text(
    "Không lưu chuỗi thời gian ([series] enabled) nên không biết công suất quang",
    "No time series are kept ([series] enabled), so optical power is not known",
)


def tell(config: Path | None, voice: Voice, *, everything: bool) -> None:
    """Print the sensors."""
    settings = settings_of(config, voice)

    async def work(ledger: Ledger) -> list[Light]:
        async with engine(ledger, settings.series) as reader:
            if reader is None:
                raise Unavailable(_NO_ENGINE)
            return await lights(reader, SystemClock().now())

    found = with_ledger(config, voice, work, needs_key=with_secrets(settings.series))
    voice.table(
        (
            Text("thiết bị", "device"),
            Text("cổng", "port"),
            Text("cảm biến", "sensor"),
            Text("dBm", "dBm"),
            Text("dB mỗi 30 ngày", "dB in 30 days"),
        ),
        [
            {
                "device": one.instance,
                "port": one.port,
                "sensor": one.sensor,
                "dbm": round(one.dbm, 2),
                "db_per_30_days": None if one.per_month is None else round(one.per_month, 2),
            }
            for one in found
            if everything or one.fades
        ],
    )
