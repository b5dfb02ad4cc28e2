import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from threading import Lock
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from seatrial_space._errors import SpaceError

if TYPE_CHECKING:
    from seatrial_space._process import Broker

Outcome = Literal["passed", "failed", "skipped", "unknown"]
"""What came of the test that had a space."""

Seconds = float | timedelta


@dataclass(frozen=True)
class SpaceFile:
    """A rendered configuration file."""

    name: str
    path: str
    """Absolute, readable for this user alone."""
    text: str = field(repr=False)


class Space:
    """A clean place in a real service: a database with its role, a vhost, a bucket, a server process. Nobody else has it."""

    id: str
    space: str
    """The definition's name: a service, unless the project defines others."""
    service: str
    kind: str
    """`postgres`, `mysql`, `redis`, `mongodb`, `rabbitmq`, `nats`, `s3`."""
    name: str
    """In its server."""
    url: str
    values: Mapping[str, str]
    """Every part of the address: `url`, `host`, `port`, `user`, `password`, `name`, and what the kind adds."""
    env: Mapping[str, str]
    """The kind's usual variables, such as `PGHOST`."""
    files: tuple[SpaceFile, ...]
    """The project's configuration templates, rendered for this space."""
    leased_at: datetime
    until: datetime
    """When it is taken back, unless it was given back or renewed before."""

    def __init__(self, message: Mapping[str, Any], broker: "Broker") -> None:
        self.id = message["id"]
        self.space = message["space"]
        self.service = message["service"]
        self.kind = message["kind"]
        self.name = message["name"]
        self.url = message["url"]
        self.values = message["values"]
        self.env = message["env"]
        self.files = tuple(
            SpaceFile(file["name"], file["path"], file["text"]) for file in message.get("files", ())
        )
        self.leased_at = _time(message["leasedAt"])
        self.until = _time(message["until"])
        # The broker may be on a machine with another time.
        self._received = monotonic()
        self._overtime: str | None = None
        self._broker = broker
        self._process = os.getpid()
        self._callbacks: list[Callable[[], object]] = []
        self._is_released = False
        self._releasing = Lock()

    def __repr__(self) -> str:
        # Reports show it: without its password.
        return f"<Space {self.id}: {self.space}, {self.name}>"

    def file(self, name: str) -> SpaceFile:
        """The rendered file of this name. Raises SpaceError when there is none."""
        for file in self.files:
            if file.name == name:
                return file
        known = ", ".join(file.name for file in self.files) or "none"
        raise SpaceError(
            "CONFIG_TEMPLATE_INVALID",
            f"A space of {self.space} has no file {name!r}; its files: {known}",
            hint=f"Files are listed under `spaces: {self.space}: files:` in seatrial.yaml; "
            "their names are without .tmpl.",
        )

    def on_release(self, callback: Callable[[], object]) -> None:
        """Runs before it is given back, the last one first: the place to close connections to it."""
        self._callbacks.append(callback)

    def renew(self, ttl: Seconds | None = None) -> None:
        """Its time begins anew. Default and upper limit are the definition's."""
        self._change("renew", {} if ttl is None else {"ttl": milliseconds(ttl)})

    def keep(self, time: Seconds | None = None) -> None:
        """Keeps it for this long after the test, whatever came of it: `seatrial space open <id>`."""
        self._change("keep", {} if time is None else {"time": milliseconds(time)})

    def close(self) -> None:
        """Runs what `on_release` was given, and no more: `release` does both. Again is fine."""
        if self._is_ours:
            do_all(self._take_callbacks(), f"several steps of closing {self!r} failed")

    def release(self, outcome: Outcome = "unknown", message: str | None = None) -> None:
        """
        Gives it back; that of a test that failed is kept for a while. Again is fine. In a forked child nothing happens: the space
        is its parent's. `with` and the fixtures do this by themselves.
        """
        if self._is_ours:
            give_back = partial(self._give_back, outcome, message)
            do_all([self.close, give_back], f"several steps of giving {self!r} back failed")

    def __enter__(self) -> "Space":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        outcome, message = outcome_of(error)
        self.release(outcome, message)

    @property
    def _is_ours(self) -> bool:
        return os.getpid() == self._process

    def check_time(self) -> None:
        """Raises when its time was over before it was given back, so that a test went on without it. The fixtures ask this."""
        if self._overtime is not None:
            raise TimeoutError(f"the space {self.id} of {self.space} ended before its test: {self._overtime}")

    def _take_callbacks(self) -> Iterator[Callable[[], object]]:
        while self._callbacks:
            yield self._callbacks.pop()

    def _give_back(self, outcome: Outcome, message: str | None) -> None:
        with self._releasing:
            if self._is_released:
                return
            self._is_released = True
            given = (self.until - self.leased_at).total_seconds()
            if monotonic() - self._received > given:
                self._overtime = f"it was given for {given:g} s (`ttl`, `renew`)"
        body = {"outcome": outcome} if message is None else {"outcome": outcome, "message": message}
        self._change("release", body)

    def _change(self, verb: str, body: Mapping[str, object]) -> None:
        summary = self._broker.ask("POST", f"/v1/spaces/{quote(self.id, safe='')}/{verb}", body)
        if "until" in summary:
            self.until = _time(summary["until"])


def milliseconds(time: Seconds) -> int:
    return round((time.total_seconds() if isinstance(time, timedelta) else time) * 1000)


def outcome_of(error: BaseException | None) -> tuple[Outcome, str | None]:
    """What an exception, or none, says of the block that it ended."""
    if error is None:
        return "passed", None
    kind = type(error).__name__
    # unittest.SkipTest and what pytest.skip raises.
    if kind in ("SkipTest", "Skipped"):
        return "skipped", None
    # pytest.fail raises what is no Exception; anything else of this sort means that the process is told to stop.
    if isinstance(error, Exception) or kind == "Failed":
        return "failed", first_line(str(error)) or kind
    return "unknown", None


def first_line(text: str) -> str:
    return text.strip().partition("\n")[0]


def do_all(steps: Iterable[Callable[[], object]], text: str) -> None:
    """Does every one, also when some fail, and then raises what failed: several as a group where Python has groups."""
    errors: list[Exception] = []
    for step in steps:
        try:
            step()
        except Exception as error:
            errors.append(error)
    if not errors:
        return
    if len(errors) > 1 and sys.version_info >= (3, 11):
        raise ExceptionGroup(text, errors)  # noqa: F821
    raise errors[0]


def _time(text: str) -> datetime:
    # Python 3.10 does not read the Z.
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
