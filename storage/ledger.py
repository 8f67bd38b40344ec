"""What is remembered, kept in one SQL database: books by concern over the same tables."""

from core.clock import Clock
from core.errors import Conflict
from core.text import Text
from storage import migrations
from storage.answers import AnswerBook
from storage.brain import BrainBook
from storage.configurations import ConfigurationBook
from storage.database import Database
from storage.discoveries import DiscoveryBook
from storage.events import EventBook
from storage.findings import FindingBook
from storage.histories import HistoryBook
from storage.incidents import IncidentBook
from storage.inventory import InventoryBook
from storage.jobs import JobBook
from storage.links import LinkBook
from storage.maintenance import MaintenanceBook
from storage.meetings import MeetingBook
from storage.outbox import Outbox
from storage.people import PeopleBook
from storage.proofs import ProofBook
from storage.pruning import PruneBook
from storage.remarks import RemarkBook
from storage.room_keys import RoomKeyBook
from storage.rota import RotaBook
from storage.secrets import SecretBook
from storage.sendings import SendingBook
from storage.silences import SilenceBook
from storage.status import StatusBook
from storage.suggestions import SuggestionBook
from storage.tellings import TellingBook
from storage.tickets import TicketBook
from storage.timekeeping import TimekeepingBook
from storage.unit_figures import UnitFigureBook
from storage.vault import Vault


class Ledger:
    """The books. Every writing method is one transaction of its own."""

    def __init__(self, database: Database, vault: Vault | None, clock: Clock) -> None:
        self.database = database
        self.inventory = InventoryBook(database)
        self.brain = BrainBook(database)
        self.status = StatusBook(database)
        self.histories = HistoryBook(database)
        self.maintenance = MaintenanceBook(database)
        self.silences = SilenceBook(database)
        self.rota = RotaBook(database)
        self.meetings = MeetingBook(database)
        self.room_keys = RoomKeyBook(database)
        self.incidents = IncidentBook(database)
        self.tickets = TicketBook(database)
        self.tellings = TellingBook(database)
        self.findings = FindingBook(database)
        self.outbox = Outbox(database, clock)
        self.links = LinkBook(database)
        self.answers = AnswerBook(database)
        self.proofs = ProofBook(database)
        self.people = PeopleBook(database)
        self.pruning = PruneBook(database)
        self.secrets = SecretBook(database, vault)
        self.configurations = ConfigurationBook(database, vault)
        self.discoveries = DiscoveryBook(database)
        self.events = EventBook(database)
        self.remarks = RemarkBook(database)
        self.sendings = SendingBook(database)
        self.timekeeping = TimekeepingBook(database)
        self.suggestions = SuggestionBook(database)
        self.unit_figures = UnitFigureBook(database)
        self.jobs = JobBook(database)

    async def aclose(self) -> None:
        """Close every connection."""
        await self.database.aclose()


async def open_ledger(url: str, vault: Vault | None, clock: Clock) -> Ledger:
    """Return the ledger of `sqlite:///path` or `postgresql://…`.

    Runs no migration: Conflict if the tables are not those of this version, Invalid if the
    address cannot be used.
    """
    database = Database(url)
    try:
        present, head = await migrations.version_of(database), migrations.head()
        _known(present, head)
    except BaseException:
        await database.aclose()
        raise
    return Ledger(database, vault, clock)


def _known(present: str | None, head: str) -> None:
    if present != head:
        raise Conflict(
            Text(
                vi=f"Cơ sở dữ liệu ở phiên bản {present or 'trống'}, cần {head}; "
                "chạy: thongsuot migrate",
                en=f"The database is at version {present or 'none'}, {head} is needed; "
                "run: thongsuot migrate",
            )
        )
