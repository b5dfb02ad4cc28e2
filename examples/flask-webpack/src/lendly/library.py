"""Everything that can be asked of Lendly. Each call is one transaction: done whole, or not at all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload, sessionmaker
from sqlalchemy.orm.interfaces import ORMOption

from lendly.errors import ItemExists, ItemLent, LoanEnded, RuleBroken, TooManyLoans, UnknownItem, UnknownLoan
from lendly.page import Page
from lendly.tables import ONE_NAME_PER_OWNER, ONE_OPEN_LOAN, Item, Loan
from lendly.terms import Terms, tidy


@dataclass(frozen=True)
class NewItem:
    name: str
    about: str = ""


class Library:
    def __init__(self, *, engine: Engine, terms: Terms, today: Callable[[], date]) -> None:
        self._begin = sessionmaker(engine, expire_on_commit=False).begin
        self._today = today
        self.terms = terms

    def check(self) -> None:
        """Raises what the driver raises when the database does not answer, or has not been migrated."""
        with self._begin() as session:
            session.execute(select(Loan.id).limit(1))

    def items(self, *, search: str = "", number: int = 1, size: int = 20) -> Page[Item]:
        """Those whose name, owner or description holds the text, by name."""
        columns = (Item.name, Item.owner, Item.about)
        found = select(Item).where(or_(*(column.icontains(search, autoescape=True) for column in columns)))
        with self._begin() as session:
            # One view for the number and the entries, also while others add some.
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
            ordered = found.order_by(func.lower(Item.name), Item.id).limit(size).offset((number - 1) * size)
            return Page(session.scalars(ordered).all(), number, size, total)

    def item(self, id: int) -> Item:
        """With all of its loans, the latest first. Raises UnknownItem."""
        with self._begin() as session:
            return self._item(session, id, selectinload(Item.loans))

    def add(self, *, owner: str, item: NewItem) -> Item:
        """Raises RuleBroken or ItemExists."""
        return self.add_all(owner=owner, items=[item])[0]

    def add_all(self, *, owner: str, items: Sequence[NewItem]) -> list[Item]:
        """Adds all of them, or none. Raises RuleBroken or ItemExists."""
        if not items:
            raise RuleBroken("items", "There is nothing in it.")
        owner = tidy("owner", owner)
        with self._begin() as session:
            return [self._add(session, owner, item) for item in items]

    def lend(self, *, item: int, borrower: str, days: int) -> Loan:
        """Raises RuleBroken, UnknownItem, TooManyLoans or ItemLent."""
        borrower = tidy("borrower", borrower)
        lent_on = self._today()
        due_on = self.terms.due(lent_on=lent_on, days=days)
        with self._begin() as session:
            wanted = self._item(session, item)
            # An object that is asked after the transaction has failed knows nothing any more.
            taken = ItemLent(wanted.name)
            # Two loans to one person wait for each other here, else both could be the last one allowed.
            session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(func.lower(borrower), 0))))
            held = select(func.count()).where(
                func.lower(Loan.borrower) == func.lower(borrower), Loan.returned_on.is_(None)
            )
            if (session.scalar(held) or 0) >= self.terms.most:
                raise TooManyLoans(borrower, self.terms.most)
            loan = Loan(item=wanted, borrower=borrower, lent_on=lent_on, due_on=due_on)
            session.add(loan)
            try:
                session.flush()
            except IntegrityError as error:
                raise _meaning(error, {ONE_OPEN_LOAN: taken}) from error
            return loan

    def bring_back(self, loan: int) -> Loan:
        """Raises UnknownLoan or LoanEnded."""
        with self._begin() as session:
            found = session.get(Loan, loan, with_for_update={"of": Loan})
            if found is None:
                raise UnknownLoan(loan)
            if found.returned_on is not None:
                raise LoanEnded
            found.returned_on = self._today()
            return found

    def _item(self, session: Session, id: int, *options: ORMOption) -> Item:
        found = session.get(Item, id, options=options)
        if found is None:
            raise UnknownItem(id)
        return found

    def _add(self, session: Session, owner: str, new: NewItem) -> Item:
        about = tidy("description", new.about, longest=500, may_be_empty=True)
        name = tidy("name", new.name)
        item = Item(owner=owner, name=name, about=about)
        session.add(item)
        try:
            session.flush()
        except IntegrityError as error:
            raise _meaning(error, {ONE_NAME_PER_OWNER: ItemExists(owner=owner, name=name)}) from error
        session.refresh(item)
        return item


def _meaning(error: IntegrityError, meanings: dict[str, Exception]) -> Exception:
    """What the database refused, said in our words if it is one of the expected cases."""
    constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    return meanings.get(constraint or "", error)
