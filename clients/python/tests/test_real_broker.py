"""Against a real broker over a server in memory: scripts/test-python-client.mjs starts it."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from stat import S_IMODE
from textwrap import dedent
from threading import Lock
from uuid import uuid4

import pytest

from seatrial_space import SpaceError, acquire
from seatrial_space._address import environment_address
from seatrial_space._process import broker_at

pytestmark = pytest.mark.usefixtures("real_broker")


def spaces_of(test: str) -> list[str]:
    """The state and reason of each space that a test has, or left."""
    listed = broker_at(environment_address()).ask("GET", "/v1/spaces")["spaces"]
    found = [each for each in listed if each.get("holder", {}).get("test") == test]
    return [f"{each['state']} {each.get('reason', '')}".strip() for each in found]


def eventually(claim: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not claim():
        assert time.monotonic() < end
        time.sleep(0.01)


def is_left(test: str, states: list[str]) -> bool:
    """What passed is put back or dropped, and is not the test's any more."""
    return [state for state in spaces_of(test) if state.startswith(("leased", "kept"))] == states


def test_a_space_has_an_address_and_files() -> None:
    with acquire("postgres") as first, acquire("orders", with_spaces=[first]) as second:
        assert first.values["host"] == "postgres"
        assert first.url == first.values["url"] == first.env["MEMORY_URL"]
        app = first.file("app.yaml")
        assert app.text == f"url: {first.url}\nname: {first.name}\n"
        assert Path(app.path).read_text() == app.text
        assert S_IMODE(Path(app.path).stat().st_mode) == 0o600
        assert second.file("both.ini").text == f"{first.url}\n{second.url}\n"
        before = first.until
        time.sleep(0.01)
        first.renew()
        assert first.until > before
    eventually(lambda: not Path(app.path).exists())


@pytest.mark.parametrize(
    ("body", "states"),
    [
        ("pass", []),
        ("pytest.skip('no')", []),
        ("assert False, 'want 3'", ["kept failed: want 3"]),
        ("space('postgres').keep(60)", ["kept kept by hand"]),
        ("os._exit(1)", ["kept owner lost"]),
    ],
)
def test_what_came_of_a_test_decides_what_becomes_of_its_space(
    pytester: pytest.Pytester, body: str, states: list[str]
) -> None:
    name = f"test_{uuid4().hex}"
    given = "" if "space(" in body else "space('postgres')"
    source = f"import os\nimport pytest\n\ndef {name}(space):\n    {given}\n    {body}\n"
    pytester.makepyfile(test_it=source)
    pytester.runpytest_subprocess("-p", "no:asyncio", timeout=60)
    eventually(lambda: is_left(f"test_it.py::{name}", states))


def test_a_killed_process_loses_its_spaces() -> None:
    test = uuid4().hex
    script = f"""
        import time
        from seatrial_space import acquire
        spaces = [acquire("postgres", test={test!r}) for _ in range(3)]
        print("ready", flush=True)
        time.sleep(60)
    """
    command = [sys.executable, "-c", dedent(script)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert spaces_of(test) == ["leased"] * 3
        process.send_signal(signal.SIGKILL)
    eventually(lambda: is_left(test, ["kept owner lost"] * 3))


def test_two_hundred_tests_in_four_workers_share_nothing(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pathlib
        import pytest

        held = pathlib.Path("held")
        held.mkdir(exist_ok=True)

        @pytest.mark.parametrize("number", range(200))
        def test_it(space, number):
            database = space("postgres")
            mine = held / database.name
            mine.touch(exist_ok=False)
            database.on_release(mine.unlink)
        """
    )
    result = pytester.runpytest_subprocess("-n4", "-q", "-p", "no:asyncio", timeout=120)
    result.assert_outcomes(passed=200)
    assert list((pytester.path / "held").iterdir()) == []


def test_threads_share_nothing() -> None:
    held: set[str] = set()
    lock = Lock()

    def use(_: int) -> None:
        with acquire("postgres") as space:
            with lock:
                assert space.name not in held
                held.add(space.name)
            with lock:
                held.remove(space.name)

    with ThreadPoolExecutor(20) as threads:
        list(threads.map(use, range(200)))


def test_waiting_ends_in_time_and_leaves_nothing() -> None:
    only = acquire("single")
    with pytest.raises(SpaceError, match="1 leased") as raised:
        acquire("single", wait=0.03)
    assert raised.value.code == "SPACE_WAIT_OVER"
    only.release("passed")
    # It would be in vain if the one who gave up had got it.
    acquire("single", wait=10).release("passed")


def test_failures_are_in_the_brokers_words(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SpaceError, match="single") as raised:
        acquire("zoo")
    assert raised.value.code == "SPACE_NOT_DEFINED"
    with pytest.raises(SpaceError, match="migrate ended with 1") as raised:
        acquire("broken")
    assert raised.value.code == "TEMPLATE_FAILED"
    assert raised.value.log == ("relation customers does not exist",)
    monkeypatch.setenv("SEATRIAL_TOKEN", "wrong")
    with pytest.raises(SpaceError) as raised:
        acquire("postgres")
    assert raised.value.code == "SPACE_UNAUTHORIZED"
