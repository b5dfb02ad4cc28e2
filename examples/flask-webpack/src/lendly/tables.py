"""The tables, as the migrations make them. A test compares the two."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Identity, Index, MetaData, func, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

ONE_NAME_PER_OWNER = "items_one_name_per_owner"
ONE_OPEN_LOAN = "loans_one_open_per_item"


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "pk": "%(table_name)s_pkey",
            "fk": "%(table_name)s_%(column_0_name)s_fkey",
            "ck": "%(table_name)s_%(constraint_name)s",
        }
    )


class Item(Base):
    __tablename__ = "items"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    name: Mapped[str]
    owner: Mapped[str]
    about: Mapped[str] = mapped_column(server_default="")
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    loans: Mapped[list["Loan"]] = relationship(back_populates="item", order_by="Loan.id.desc()")
    open_loan: Mapped["Loan | None"] = relationship(
        primaryjoin="and_(Item.id == Loan.item_id, Loan.returned_on.is_(None))", viewonly=True, lazy="joined"
    )


class Loan(Base):
    __tablename__ = "loans"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"))
    borrower: Mapped[str]
    lent_on: Mapped[date]
    due_on: Mapped[date]
    returned_on: Mapped[date | None]

    item: Mapped[Item] = relationship(back_populates="loans", lazy="joined", innerjoin=True)

    __table_args__ = (
        CheckConstraint("due_on > lent_on", name="due_after_lent"),
        CheckConstraint("returned_on >= lent_on", name="returned_after_lent"),
        # What makes it impossible to lend a thing twice, however many ask at once.
        Index(ONE_OPEN_LOAN, "item_id", unique=True, postgresql_where=text("returned_on IS NULL")),
        Index("loans_open_by_borrower", text("lower(borrower)"), postgresql_where=text("returned_on IS NULL")),
    )


Index(ONE_NAME_PER_OWNER, func.lower(Item.owner), func.lower(Item.name), unique=True)
