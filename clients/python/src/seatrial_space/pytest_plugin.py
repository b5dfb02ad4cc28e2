"""
The plugin of pytest: the fixture `space` gives a test clean spaces, and gives them back when the test, its setup and its teardown
are over, with what came of them. `class_space`, `module_space`, `package_space` and `session_space` do so for wider scopes.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass

import pytest

from seatrial_space._errors import SpaceError
from seatrial_space._factory import SpaceFactory
from seatrial_space._space import Outcome, Space, do_all, first_line, outcome_of

_ATTEMPTS = pytest.StashKey[int]()
_DESK = pytest.StashKey["_Desk"]()

_WITHOUT_BROKER = "seatrial_without_broker"
_CHOICES = ("fail", "skip")
_SECTION = "Spaces of this test"


def pytest_addoption(parser: pytest.Parser) -> None:
    text = "what becomes of tests that ask for a space where there is no broker: fail (default) or skip"
    parser.addini(_WITHOUT_BROKER, text, default="fail")
    group = parser.getgroup("seatrial", "Seatrial: clean spaces in real services")
    group.addoption("--seatrial-without-broker", choices=_CHOICES, help=text)


def pytest_configure(config: pytest.Config) -> None:
    chosen = config.getoption("--seatrial-without-broker") or config.getini(_WITHOUT_BROKER)
    if chosen not in _CHOICES:
        raise pytest.UsageError(f"{_WITHOUT_BROKER}: expected {' or '.join(_CHOICES)}, found {chosen!r}")
    desk = _Desk(skips_without_broker=chosen == "skip")
    config.stash[_DESK] = desk
    config.pluginmanager.register(desk, "seatrial-space-desk")


@pytest.fixture
def space(request: pytest.FixtureRequest) -> Iterator[SpaceFactory]:
    """Clean spaces for this test: `space("postgres").url`."""
    yield from _factory(request)


@pytest.fixture(scope="class")
def class_space(request: pytest.FixtureRequest) -> Iterator[SpaceFactory]:
    """Spaces that the tests of a class share."""
    yield from _factory(request)


@pytest.fixture(scope="module")
def module_space(request: pytest.FixtureRequest) -> Iterator[SpaceFactory]:
    """Spaces that the tests of a module share."""
    yield from _factory(request)


@pytest.fixture(scope="package")
def package_space(request: pytest.FixtureRequest) -> Iterator[SpaceFactory]:
    """Spaces that the tests of a package share."""
    yield from _factory(request)


@pytest.fixture(scope="session")
def session_space(request: pytest.FixtureRequest) -> Iterator[SpaceFactory]:
    """Spaces that all tests share; with xdist, all tests of a worker."""
    yield from _factory(request)


def _factory(request: pytest.FixtureRequest) -> Iterator[SpaceFactory]:
    desk = request.config.stash[_DESK]
    node = request.node
    factory = SpaceFactory(
        test=node.nodeid or f"all of {request.config.rootpath.name}",
        attempt=node.stash.get(_ATTEMPTS, None),
        on_missing=_skip if desk.skips_without_broker else None,
    )
    given = _Given(factory, str(request.fixturename))
    desk.opened(given)
    yield factory
    desk.closed(given)
    try:
        factory.close()
    finally:
        desk.release_unless_tearing_down()


def _skip(error: SpaceError) -> None:
    pytest.skip(error.message)


@dataclass(frozen=True, eq=False)
class _Given:
    factory: SpaceFactory
    fixture: str


class _Desk:
    """Follows the tests of a process, one after the other, and gives their spaces back."""

    def __init__(self, *, skips_without_broker: bool) -> None:
        self.skips_without_broker = skips_without_broker
        self._open: list[_Given] = []
        self._closed: list[_Given] = []
        # Of the test that runs now, in whatever scope.
        self._own: list[_Given] = []
        self._is_tearing_down = False

    def opened(self, given: _Given) -> None:
        self._open.append(given)
        self._own.append(given)

    def closed(self, given: _Given) -> None:
        self._open.remove(given)
        self._closed.append(given)

    def release_unless_tearing_down(self) -> None:
        # Outside of a test's own teardown, pytest ends what is left when it stops early.
        if not self._is_tearing_down:
            self._release()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        item.stash[_ATTEMPTS] = item.stash.get(_ATTEMPTS, 0) + 1
        self._own = []

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        used = [*self._own, *(given for given in self._open if self._is_used(given, item))]
        if report.failed:
            self._note(used, "failed", _reason(report, call))
            _add_section(report, [space for given in used for space in given.factory.spaces])
        elif report.skipped:
            self._note(used, "skipped")
        elif report.when == "call":
            self._note(used, "passed")
        return report

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, object, object]:
        self._is_tearing_down = True
        try:
            result = yield
        except (KeyboardInterrupt, pytest.exit.Exception):
            # The process ends, and with it its session: nobody waits for a broker.
            raise
        except BaseException as error:
            outcome, message = outcome_of(error)
            self._note(self._closed, outcome, message and f"in teardown: {message}")
            try:
                self._release()
            except Exception as another:
                item.add_report_section("teardown", "of spaces", str(another))
            raise
        finally:
            self._is_tearing_down = False
        self._release()
        return result

    def _is_used(self, given: _Given, item: pytest.Item) -> bool:
        return given not in self._own and given.fixture in getattr(item, "fixturenames", ())

    def _note(self, used: list[_Given], outcome: Outcome, message: str | None = None) -> None:
        for given in used:
            given.factory.note(outcome, message)

    def _release(self) -> None:
        closed, self._closed = self._closed, []
        do_all([given.factory.release for given in closed], "giving spaces back failed")


def _reason(report: pytest.TestReport, call: pytest.CallInfo[None]) -> str:
    text = "failed" if call.excinfo is None else first_line(call.excinfo.exconly())
    text = text.removeprefix("AssertionError: ")
    return text if report.when == "call" else f"in {report.when}: {text}"


def _add_section(report: pytest.TestReport, spaces: list[Space]) -> None:
    if not spaces:
        return
    width = max(len(space.space) for space in spaces)
    lines = [f"{space.space:<{width}}  seatrial space open {space.id}" for space in spaces]
    text = "\n".join([*lines, "as long as its services run: `seatrial up`, or `seatrial test --keep`"])
    # A section of the error itself is there in JUnit files too, and whatever --show-capture says.
    add = getattr(report.longrepr, "addsection", None)
    if add is None:
        report.sections.append((_SECTION, text))
    else:
        add(_SECTION, text)
