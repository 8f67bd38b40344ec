"""Who may use the platform."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from core.model import Line, Model, Slug


class Role(StrEnum):
    """What a user may do: look; acknowledge and comment; everything."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"

    def allows(self, needed: "Role") -> bool:
        """Say whether this role includes the needed one."""
        order = (Role.VIEWER, Role.OPERATOR, Role.ADMIN)
        return order.index(self) >= order.index(needed)


class User(Model):
    """A local account. The password's hash never leaves storage."""

    name: Slug
    full_name: Line
    role: Role
    contact: Slug | None = None
    disabled: bool = False
    created_at: datetime


def called(name: str, user: User | None, contacts: Mapping[str, str]) -> str:
    """Return the name of the person behind an account or a contact, `name` if nobody knows it.

    `contacts` are names by slug. An account that was given no name of its own is called as the
    contact it stands for: the one it names, else the one of the same slug.
    """
    if user is not None and user.full_name != name:
        return user.full_name
    meant = user.contact if user is not None and user.contact in contacts else name
    return contacts.get(meant or name, name)


class AuditRow(Model):
    """Who did what, when, from where. Append-only."""

    id: int | None = None
    at: datetime
    actor: str
    action: str  # "login", "incident.ack", "inventory.import", …
    subject: str = ""
    detail: str = ""
    origin: str = ""  # address of the client
