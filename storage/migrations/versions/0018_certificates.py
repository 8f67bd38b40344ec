"""Digital certificates of people, organisations and servers.

Follows 0017.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make what is new."""
    op.create_table(
        "certificate_identities",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_certificate_identities")),
    )
    op.create_table(
        "certificates",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=True),
        sa.Column("begins", sa.Date(), nullable=True),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("organisation", sa.Text(), nullable=True),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("slug", "valid_from", name=op.f("pk_certificates")),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{kind}.slug"], name=op.f(f"fk_certificates_{column}")
            )
            for column, kind in (
                ("slug", "certificate_identities"),
                ("unit", "unit_identities"),
                ("organisation", "organisation_identities"),
                ("contact", "contact_identities"),
            )
        ),
    )


def downgrade() -> None:
    """Remove it again."""
    for table in ("certificates", "certificate_identities"):
        op.drop_table(table)
