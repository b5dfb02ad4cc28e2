"""One session for each process, whatever threads and children it has."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from textwrap import dedent

import pytest
from scripted_broker import ScriptedBroker

from seatrial_space import acquire


def sessions(broker: ScriptedBroker) -> list[str]:
    return [body["session"] for body in broker.bodies("/v1/spaces")]


def python(broker: ScriptedBroker, script: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-X", "dev", "-W", "error", "-c", dedent(script)],
        env=os.environ | broker.env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_threads_share_a_session(broker: ScriptedBroker) -> None:
    def use(_: int) -> str:
        with acquire("postgres", broker=broker.address) as space:
            return space.id

    with ThreadPoolExecutor(16) as threads:
        ids = list(threads.map(use, range(200)))
    assert len(set(ids)) == 200
    assert set(sessions(broker)) == {"session-1"}
    assert len(broker.bodies("/release")) == 200
    # Each thread had a connection to itself at most.
    assert broker.connections <= 17


def test_a_session_that_broke_is_opened_anew(broker: ScriptedBroker) -> None:
    acquire("postgres", broker=broker.address)
    broker.break_sessions()
    acquire("postgres", broker=broker.address)
    acquire("postgres", broker=broker.address)
    assert sessions(broker) == ["session-1", "session-2", "session-2"]


def test_a_forked_child_has_a_session_of_its_own_and_leaves_its_parents_alone(broker: ScriptedBroker) -> None:
    process = python(
        broker,
        """
        import os, sys
        from seatrial_space import acquire
        acquire("postgres")
        if os.fork() == 0:
            with acquire("postgres"):
                os._exit(0)
        os.wait()
        sys.stdin.readline()
        acquire("postgres")
        """,
    )
    broker.wait_until(lambda each: len(sessions(each)) == 2 and set(each.sessions) == {"session-1"})
    assert process.communicate("go on\n", timeout=20) == ("", "")
    assert sessions(broker) == ["session-1", "session-2", "session-1"]


def test_a_forked_child_does_not_give_its_parents_space_back(broker: ScriptedBroker) -> None:
    process = python(
        broker,
        """
        import os, sys
        from seatrial_space import acquire
        with acquire("postgres") as space:
            space.on_release(lambda: print("closed", flush=True))
            if os.fork() == 0:
                sys.exit()
            os.wait()
            print("the child is gone", flush=True)
        """,
    )
    assert process.communicate(timeout=20) == ("the child is gone\nclosed\n", "")
    assert broker.bodies("/release") == [{"outcome": "passed"}]


def test_a_child_that_outlives_its_parent_does_not_keep_its_session(broker: ScriptedBroker) -> None:
    process = python(
        broker,
        """
        import os, time
        from seatrial_space import acquire
        acquire("postgres").release()
        child = os.fork()
        if child == 0:
            os.closerange(0, 3)
            time.sleep(60)
        print(child, flush=True)
        os.kill(os.getpid(), 9)
        """,
    )
    output, _ = process.communicate(timeout=20)
    try:
        broker.wait_until(lambda each: len(each.asked) == 3 and not each.sessions)
    finally:
        os.kill(int(output), signal.SIGKILL)


def test_a_process_that_is_killed_loses_its_session(broker: ScriptedBroker) -> None:
    process = python(
        broker,
        """
        import time
        from seatrial_space import acquire
        acquire("postgres")
        time.sleep(60)
        """,
    )
    broker.wait_until(lambda each: len(each.bodies("/v1/spaces")) == 1)
    assert len(broker.sessions) == 1
    process.kill()
    process.communicate()
    broker.wait_until(lambda each: not each.sessions)


def test_a_process_ends_by_itself_and_without_a_warning(broker: ScriptedBroker) -> None:
    process = python(broker, "from seatrial_space import acquire\nacquire('postgres')\nprint('done')")
    assert process.communicate(timeout=20) == ("done\n", "")
    assert process.returncode == 0
    broker.wait_until(lambda each: not each.sessions)


def test_a_program_that_a_test_starts_does_not_keep_its_session(broker: ScriptedBroker) -> None:
    process = python(
        broker,
        """
        import os, subprocess, sys
        from seatrial_space import acquire
        acquire("postgres")
        child = subprocess.Popen(["sleep", "60"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        print(child.pid, flush=True)
        os.kill(os.getpid(), 9)
        """,
    )
    output, _ = process.communicate(timeout=20)
    try:
        broker.wait_until(lambda each: len(each.asked) == 2 and not each.sessions)
    finally:
        os.kill(int(output), signal.SIGKILL)


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_pools_of_processes_have_sessions_of_their_own(
    broker: ScriptedBroker, method: str, tmp_path: Path
) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        dedent(
            f"""
            import multiprocessing
            from seatrial_space import acquire

            def use(_):
                with acquire("postgres") as space:
                    return space.id

            if __name__ == "__main__":
                acquire("postgres")
                with multiprocessing.get_context({method!r}).Pool(2) as pool:
                    assert len(set(pool.map(use, range(6), chunksize=1))) == 6
            """
        )
    )
    subprocess.run([sys.executable, script], env=os.environ | broker.env, check=True, timeout=30)
    first, *others = sessions(broker)
    assert len(others) == 6
    assert first not in others
    assert len(set(others)) <= 2
    broker.wait_until(lambda each: not each.sessions)


def test_the_package_loads_little() -> None:
    code = "import sys; import seatrial_space; print('http.client' in sys.modules, 'pytest' in sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout == "False False\n"
