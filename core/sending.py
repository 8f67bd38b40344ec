"""A report that was sent by itself: remembered, so that nobody gets it twice or never."""

from datetime import datetime

from core.model import Model

DIGEST = "digest:"  # begins the name of what is no report; no schedule's name has a colon


class ReportSending(Model):
    """One report of one schedule that reached one address. Unique by the first three."""

    schedule: str  # its name in the settings
    period: str  # "month 2026-10-01": kind and first local day
    address: str
    sent_at: datetime
    receipt: str = ""  # what the mail server said
