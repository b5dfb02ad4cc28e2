from collections.abc import Sequence


class SpaceError(Exception):
    """Why a space could not be had, given back or kept. `code` is one of the broker's; codes never change meaning."""

    def __init__(self, code: str, message: str, *, hint: str | None = None, log: Sequence[str] = ()) -> None:
        lines = [f"{message} ({code})", *([hint] if hint else []), *(f"  {line}" for line in log)]
        super().__init__("\n".join(lines))
        self.code = code
        self.message = message
        self.hint = hint
        """The next thing to try."""
        self.log = tuple(log)
        """The last lines of the log of what failed."""

    def __reduce__(self) -> tuple[object, ...]:
        # Test runners send errors from process to process; an exception is by default made anew from its text alone.
        return _remake, (self.code, self.message, self.hint, self.log)


def _remake(code: str, message: str, hint: str | None, log: Sequence[str]) -> SpaceError:
    return SpaceError(code, message, hint=hint, log=log)
