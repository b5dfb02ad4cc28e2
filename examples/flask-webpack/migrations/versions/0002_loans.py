"""Loans, at most one at a time for each thing"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "loans",
        sa.Column("id", sa.Integer, sa.Identity(always=True), primary_key=True),
        sa.Column("item_id", sa.Integer, sa.ForeignKey("items.id", ondelete="CASCADE"), nullable=False),
        sa.Column("borrower", sa.String, nullable=False),
        sa.Column("lent_on", sa.Date, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("returned_on", sa.Date),
        sa.CheckConstraint("due_on > lent_on", name="due_after_lent"),
        sa.CheckConstraint("returned_on >= lent_on", name="returned_after_lent"),
    )
    still_out = sa.text("returned_on IS NULL")
    op.create_index("loans_one_open_per_item", "loans", ["item_id"], unique=True, postgresql_where=still_out)
    op.create_index("loans_open_by_borrower", "loans", [sa.text("lower(borrower)")], postgresql_where=still_out)


def downgrade() -> None:
    op.drop_table("loans")
