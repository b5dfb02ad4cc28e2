"""The fixtures, in pytest runs of their own against a scripted broker."""

from textwrap import dedent

import pytest
from scripted_broker import ScriptedBroker

CONFIG = """
[pytest]
addopts = -p no:cacheprovider -p no:asyncio -p no:anyio
filterwarnings = error
"""


class Runs:
    def __init__(self, pytester: pytest.Pytester, broker: ScriptedBroker) -> None:
        self._pytester = pytester
        self.broker = broker
        pytester.makefile(".ini", pytest=CONFIG)

    def __call__(self, source: str, *args: str, apart: bool = False) -> pytest.RunResult:
        """`apart`: in a process of its own."""
        self._pytester.makepyfile(test_it=dedent(source))
        if apart:
            return self._pytester.runpytest_subprocess(*args, timeout=60)
        return self._pytester.runpytest_inprocess(*args)

    @property
    def tests(self) -> list[str]:
        return [body["test"] for body in self.broker.bodies("/v1/spaces")]

    @property
    def given_back(self) -> list[str]:
        """`outcome`, or `outcome: message`."""
        return [": ".join(body.values()) for body in self.broker.bodies("/release")]


@pytest.fixture
def run(pytester: pytest.Pytester, broker: ScriptedBroker, monkeypatch: pytest.MonkeyPatch) -> Runs:
    for name, value in broker.env.items():
        monkeypatch.setenv(name, value)
    return Runs(pytester, broker)


def test_a_test_gets_spaces_and_gives_them_back(run: Runs) -> None:
    result = run(
        """
        def test_two(space):
            assert space("postgres").url != space("redis", ttl=60, wait=1).space
        """
    )
    result.assert_outcomes(passed=1)
    first, second = run.broker.bodies("/v1/spaces")
    assert first == {
        "space": "postgres",
        "test": "test_it.py::test_two",
        "attempt": 1,
        "session": "session-1",
    }
    assert (second["space"], second["ttl"], second["wait"]) == ("redis", 60_000, 1_000)
    assert [asked.path for asked in run.broker.asked[-2:]] == [
        "/v1/spaces/lease-2/release",
        "/v1/spaces/lease-1/release",
    ]
    assert run.given_back == ["passed", "passed"]


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ("assert [1] == [2]", "failed: assert [1] == [2]"),
        ("raise ValueError('want 3\\ngot 2')", "failed: ValueError: want 3"),
        ("pytest.fail('by hand')", "failed: Failed: by hand"),
        ("pytest.skip('not now')", "skipped"),
        ("pytest.xfail('some day')", "skipped"),
    ],
)
def test_what_came_of_a_test_is_said(run: Runs, body: str, outcome: str) -> None:
    run(f"import pytest\ndef test_it(space):\n    space('postgres')\n    {body}\n")
    assert run.given_back == [outcome]


def test_a_failure_in_setup_or_teardown_is_the_tests_failure(run: Runs) -> None:
    result = run(
        """
        import pytest

        @pytest.fixture
        def database(space):
            return space("postgres")

        @pytest.fixture
        def late(database):
            raise RuntimeError("no schema")

        @pytest.fixture
        def before(database):
            yield
            raise RuntimeError("first to go")

        @pytest.fixture
        def after():
            yield
            raise RuntimeError("last to go")

        def test_setup(late): ...
        def test_teardown_before(before): ...
        def test_teardown_after(after, database): ...
        def test_fine(database): ...
        """
    )
    result.assert_outcomes(passed=3, errors=3)
    assert run.given_back == [
        "failed: in setup: RuntimeError: no schema",
        "failed: in teardown: first to go",
        "failed: in teardown: last to go",
        "passed",
    ]
    result.stdout.fnmatch_lines(["*Spaces of this test*", "postgres  seatrial space open lease-1"])


def test_connections_are_closed_when_the_fixtures_that_use_them_are_gone(run: Runs) -> None:
    result = run(
        """
        import pytest

        order = []

        @pytest.fixture
        def connection(space):
            database = space("postgres")
            database.on_release(lambda: order.append("connection"))
            return database

        @pytest.fixture
        def cursor(connection):
            yield
            order.append("cursor")

        def test_first(cursor): ...
        def test_second(): assert order == ["cursor", "connection"]
        """
    )
    result.assert_outcomes(passed=2)


def test_a_failure_shows_how_to_open_the_spaces_and_no_password(run: Runs, pytester: pytest.Pytester) -> None:
    result = run(
        """
        def test_it(space, session_space):
            space("postgres"), space("orders"), session_space("cache")
            assert False

        def test_other(): assert False
        def test_passes(space): space("postgres")
        """,
        "--show-capture=no",
        "--junitxml=junit.xml",
        apart=True,
    )
    result.stdout.fnmatch_lines(
        [
            "*- Spaces of this test -*",
            "cache     seatrial space open lease-3",
            "postgres  seatrial space open lease-1",
            "orders    seatrial space open lease-2",
            "as long as its services run: `seatrial up`, or `seatrial test --keep`",
        ],
        consecutive=True,
    )
    assert str(result.stdout).count("Spaces of this test") == 1
    assert "seatrial space open lease-1" in (pytester.path / "junit.xml").read_text()


def test_wider_scopes_share_spaces_and_fail_with_any_of_their_tests(run: Runs) -> None:
    result = run(
        """
        import pytest

        class TestOne:
            def test_first(self, class_space): class_space("a")
            def test_second(self, class_space): assert False, "in the class"
            def test_third(self, class_space): ...

        class TestTwo:
            def test_only(self, class_space): class_space("b")

        @pytest.fixture(scope="module")
        def shared(module_space):
            return module_space("c")

        def test_uses(shared, package_space, session_space):
            package_space("d"), session_space("e")

        def test_does_not_use(): assert False

        def test_uses_again(shared): assert False, "in the module"
        """
    )
    result.assert_outcomes(passed=4, failed=3)
    names = {body["space"]: body["test"] for body in run.broker.bodies("/v1/spaces")}
    rootdir = names.pop("e").removeprefix("all of ")
    assert rootdir
    assert names == {
        "a": "test_it.py::TestOne",
        "b": "test_it.py::TestTwo",
        "c": "test_it.py",
        "d": names["d"],
    }
    assert all("attempt" not in body for body in run.broker.bodies("/v1/spaces"))
    assert run.given_back == [
        "failed: in the class",
        "passed",
        "failed: in the module",
        "passed",
        "passed",
    ]


def test_each_attempt_of_a_test_has_a_space_of_its_own(run: Runs) -> None:
    result = run(
        """
        attempts = []

        def test_it(space):
            attempts.append(space("postgres").id)
            assert len(attempts) == 3
        """,
        "--reruns=3",
    )
    result.assert_outcomes(passed=1)
    assert [body["attempt"] for body in run.broker.bodies("/v1/spaces")] == [1, 2, 3]
    assert [text.partition(":")[0] for text in run.given_back] == ["failed", "failed", "passed"]


def test_parameters_are_a_part_of_a_tests_name(run: Runs) -> None:
    run(
        """
        import pytest

        @pytest.mark.parametrize("text", ["a'b; --", "x" * 50, "€"])
        def test_it(space, text): space("postgres")
        """
    )
    assert run.tests == [f"test_it.py::test_it[{text}]" for text in ("a'b; --", "x" * 50, "\\u20ac")]


def test_classes_of_unittest_can_use_it(run: Runs) -> None:
    run(
        """
        import unittest
        import pytest

        class Orders(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def _database(self, space):
                self.database = space("postgres")

            def test_fails(self):
                self.assertEqual(self.database.space, "redis")
        """
    ).assert_outcomes(failed=1)
    assert run.tests == ["test_it.py::Orders::test_fails"]
    assert run.given_back == ["failed: 'postgres' != 'redis'"]


def test_async_tests_and_fixtures_of_asyncio_can_use_it(run: Runs) -> None:
    result = run(
        """
        import asyncio
        import pytest
        import pytest_asyncio

        @pytest_asyncio.fixture
        async def database(space):
            database = space("postgres")
            yield database
            await asyncio.sleep(0)

        @pytest.mark.asyncio
        async def test_passes(database, space):
            assert space("redis").space == "redis"

        @pytest.mark.asyncio
        async def test_fails(database):
            await asyncio.sleep(0)
            assert False, "late"
        """,
        "-p",
        "asyncio",
        "-o",
        "asyncio_default_fixture_loop_scope=function",
        apart=True,
    )
    result.assert_outcomes(passed=1, failed=1)
    assert run.given_back == ["passed", "passed", "failed: late"]


def test_async_tests_of_anyio_can_use_it(run: Runs) -> None:
    result = run(
        """
        import pytest

        @pytest.fixture
        def anyio_backend():
            return "asyncio"

        @pytest.fixture
        async def database(space, anyio_backend):
            yield space("postgres")

        @pytest.mark.anyio
        async def test_passes(database): ...
        """,
        "-p",
        "anyio",
    )
    result.assert_outcomes(passed=1)
    assert run.given_back == ["passed"]


def test_workers_of_xdist_have_sessions_of_their_own(run: Runs) -> None:
    result = run(
        """
        import pytest

        @pytest.mark.parametrize("number", range(20))
        def test_it(space, number):
            space("postgres")
            assert number != 7
        """,
        "-n2",
        apart=True,
    )
    result.assert_outcomes(passed=19, failed=1)
    assert sorted(run.tests) == sorted(f"test_it.py::test_it[{number}]" for number in range(20))
    assert {body["session"] for body in run.broker.bodies("/v1/spaces")} == {"session-1", "session-2"}
    assert sorted(run.given_back) == ["failed: assert 7 != 7", *["passed"] * 19]
    result.stdout.fnmatch_lines(["*Spaces of this test*", "postgres  seatrial space open lease-*"])
    run.broker.wait_until(lambda broker: not broker.sessions)


@pytest.mark.parametrize(
    "args", [["--seatrial-without-broker=skip"], ["-o", "seatrial_without_broker=skip"], []]
)
def test_without_a_broker_tests_fail_or_are_skipped(
    run: Runs, monkeypatch: pytest.MonkeyPatch, args: list[str]
) -> None:
    monkeypatch.delenv("SEATRIAL_BROKER")
    result = run("def test_it(space): space('postgres')", *args, "-rs")
    if args:
        result.assert_outcomes(skipped=1)
        result.stdout.fnmatch_lines(["*There is no broker to ask for a space*"])
    else:
        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines(["*SEATRIAL_BROKER is not set*", "*`seatrial exec -- pytest`.*"])
        # The failure is the test's line, not ours.
        assert "seatrial_space/" not in str(result.stdout)


@pytest.mark.parametrize("path", ["/sessions", "/spaces", "/release"])
def test_no_failure_shows_the_token(run: Runs, path: str) -> None:
    run.broker.faults = [(path, lambda handler: handler.connection.shutdown(2))]
    result = run("def test_it(space): space('postgres')", "--showlocals", "--full-trace")
    result.stdout.fnmatch_lines(["*BROKER_UNREACHABLE*"])
    assert run.broker.address.token not in str(result.stdout)


def test_a_word_that_the_option_does_not_have_is_refused(run: Runs) -> None:
    result = run("def test_it(): ...", "-o", "seatrial_without_broker=pass")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*seatrial_without_broker: expected fail or skip, found 'pass'*"])


def test_tests_that_ask_for_nothing_need_no_broker(run: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SEATRIAL_TOKEN")
    run("def test_it(): ...").assert_outcomes(passed=1)
    assert run.broker.asked == []


def test_a_space_that_cannot_be_given_back_is_an_error_of_its_test(run: Runs) -> None:
    run.broker.faults = [("lease-2/release", lambda handler: handler.send(502, b"{}"))]
    result = run(
        """
        def test_it(space): space("postgres"), space("redis")
        def test_other(space): space("postgres")
        """
    )
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*ERROR at teardown of test_it*", "*BROKER_UNREACHABLE*"])
    assert run.given_back == ["passed", "passed", "passed"]


def test_no_failure_of_a_teardown_hides_another(run: Runs) -> None:
    run.broker.faults = [("/release", lambda handler: handler.send(502, b"{}"))]
    result = run(
        """
        import pytest

        @pytest.fixture
        def other():
            yield
            raise RuntimeError("of a fixture")

        def test_it(space, other): space("postgres")
        """
    )
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*RuntimeError: of a fixture", "*BROKER_UNREACHABLE*"])


def test_a_test_that_takes_longer_than_its_spaces_time_fails(run: Runs) -> None:
    result = run(
        """
        from time import sleep

        def test_late(space):
            space("postgres", ttl=0.001), space("redis")
            sleep(0.02)

        def test_renewed(space):
            database = space("postgres", ttl=0.001)
            database.renew(60)
            sleep(0.02)

        def test_given_back_before(space):
            space("postgres", ttl=5).release("passed")

        def test_shares(session_space):
            session_space("postgres", ttl=0.001)
            sleep(0.02)
        """
    )
    result.assert_outcomes(passed=4, errors=2)
    text = "the space lease-{} of postgres ended before its test: it was given for 0.001 s (`ttl`, `renew`)"
    for lease in (1, 5):
        result.stdout.fnmatch_lines([f"E *{text.format(lease)}"])
    assert run.given_back == ["passed"] * 5


def test_stopping_early_gives_everything_back(run: Runs) -> None:
    result = run(
        """
        def test_first(space, session_space, module_space):
            space("a"), session_space("b"), module_space("c")
            assert False, "stop"

        def test_second(space): space("d")
        """,
        "-x",
    )
    result.assert_outcomes(failed=1)
    assert run.given_back == ["failed: stop"] * 3


def test_an_interrupted_test_leaves_its_space_to_the_end_of_its_session(run: Runs) -> None:
    result = run("def test_it(space):\n    space('postgres')\n    raise KeyboardInterrupt", apart=True)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert run.given_back == ["unknown"]
    run.broker.wait_until(lambda broker: not broker.sessions)


def test_fixtures_are_listed_with_what_they_do(run: Runs) -> None:
    result = run("", "--fixtures")
    result.stdout.fnmatch_lines(['*Clean spaces for this test: `space("postgres").url`.*'])
