"""What a person is called."""

import pytest

from core.people import Role, User, called
from tests.factories import DAWN


def account(name: str, full_name: str, contact: str | None = None) -> User:
    """Return an operator's account."""
    return User(
        name=name, full_name=full_name, role=Role.OPERATOR, contact=contact, created_at=DAWN
    )


@pytest.mark.parametrize(
    ("name", "user", "said"),
    [
        ("ha", account("ha", "Lê Thu Hà"), "Lê Thu Hà"),
        ("lan", None, "Nguyễn Thị Lan"),  # by a link
        ("lan", account("lan", "lan"), "Nguyễn Thị Lan"),
        ("truc", account("truc", "truc", contact="lan"), "Nguyễn Thị Lan"),
        ("truc", account("truc", "truc", contact="gone"), "truc"),
        ("program", None, "program"),
    ],
)
def test_a_person_is_called_by_the_fullest_name_known(
    name: str, user: User | None, said: str
) -> None:
    assert called(name, user, {"lan": "Nguyễn Thị Lan"}) == said
