"""What can go wrong, each with a code that clients may rely on, and the status that HTTP answers with."""

from typing import ClassVar


class LendlyError(Exception):
    code: ClassVar[str]
    status: ClassVar[int]


class RuleBroken(LendlyError):
    """The wish is understood, and against the rules; `field` is the part of it that would have to change."""

    code = "rule-broken"
    status = 422

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class BadRequest(LendlyError):
    code = "bad-request"
    status = 400


class UnknownItem(LendlyError):
    code = "unknown-item"
    status = 404

    def __init__(self, id: int) -> None:
        super().__init__(f"There is no item {id}.")


class UnknownLoan(LendlyError):
    code = "unknown-loan"
    status = 404

    def __init__(self, id: int) -> None:
        super().__init__(f"There is no loan {id}.")


class ItemExists(LendlyError):
    code = "item-exists"
    status = 409

    def __init__(self, *, owner: str, name: str) -> None:
        super().__init__(f"{owner} lends something named {name} already.")


class ItemLent(LendlyError):
    code = "item-lent"
    status = 409

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is lent to somebody already.")


class TooManyLoans(LendlyError):
    code = "too-many-loans"
    status = 409

    def __init__(self, borrower: str, most: int) -> None:
        super().__init__(f"{borrower} has {most} things already. Bring one back first.")


class LoanEnded(LendlyError):
    code = "loan-ended"
    status = 409

    def __init__(self) -> None:
        super().__init__("This was brought back before.")
