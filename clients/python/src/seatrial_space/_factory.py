from collections.abc import Callable, Iterable
from functools import partial

from seatrial_space._acquire import acquire
from seatrial_space._errors import SpaceError
from seatrial_space._space import Outcome, Seconds, Space, do_all


class SpaceFactory:
    """What the fixtures `space`, `module_space` … are: gives spaces, and gives them back when their scope ends."""

    def __init__(
        self,
        *,
        test: str,
        attempt: int | None = None,
        on_missing: Callable[[SpaceError], None] | None = None,
    ) -> None:
        """`on_missing` is told when there is no broker to ask, before this is raised."""
        self._test = test
        self._attempt = attempt
        self._on_missing = on_missing
        self._spaces: list[Space] = []
        self._outcome: Outcome = "unknown"
        self._message: str | None = None

    def __call__(
        self,
        name: str,
        *,
        ttl: Seconds | None = None,
        wait: Seconds | None = None,
        with_spaces: Iterable[Space] = (),
    ) -> Space:
        """A clean space of the service or definition `name`; each call gives another one. Raises SpaceError."""
        __tracebackhide__ = True
        try:
            space = acquire(
                name, test=self._test, attempt=self._attempt, ttl=ttl, wait=wait, with_spaces=with_spaces
            )
        except SpaceError as error:
            if error.code == "SPACE_BROKER_MISSING" and self._on_missing is not None:
                self._on_missing(error)
            raise
        self._spaces.append(space)
        return space

    @property
    def spaces(self) -> tuple[Space, ...]:
        """Those that it gave."""
        return tuple(self._spaces)

    def note(self, outcome: Outcome, message: str | None = None) -> None:
        """What came of a test. The first failure counts; then whatever passed."""
        if _WEIGHT[outcome] > _WEIGHT[self._outcome]:
            self._outcome, self._message = outcome, message

    def close(self) -> None:
        """Runs what the spaces' `on_release` was given; the last space first."""
        do_all([space.close for space in reversed(self._spaces)], "closing spaces failed")

    def release(self) -> None:
        """Gives all of them back; the last one first. Raises when one of them ended before."""
        last_first = list(reversed(self._spaces))
        give_back = [partial(space.release, self._outcome, self._message) for space in last_first]
        check_time = [space.check_time for space in last_first]
        do_all([*give_back, *check_time], "giving spaces back failed")


_WEIGHT: dict[Outcome, int] = {"unknown": 0, "skipped": 1, "passed": 2, "failed": 3}
