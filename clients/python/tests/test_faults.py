"""Brokers that are away, break off, or are none."""

import json
import signal
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from queue import Queue
from typing import Any

import pytest
from scripted_broker import ScriptedBroker, golden

from seatrial_space import BrokerAddress, SpaceError, _http, acquire


def unreachable(broker: ScriptedBroker, do: Callable[[], object]) -> str:
    with pytest.raises(SpaceError) as raised:
        do()
    assert raised.value.code == "BROKER_UNREACHABLE"
    assert broker.address.url in str(raised.value)
    return str(raised.value)


def break_off(handler: Any) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def speak(text: bytes) -> Callable[[Any], None]:
    def fault(handler: Any) -> None:
        handler.wfile.write(text)
        handler.wfile.flush()
        break_off(handler)

    return fault


FAULTS: dict[str, Callable[[Any], None]] = {
    "no answer": break_off,
    "half an answer": speak(b'HTTP/1.1 201 Created\r\ncontent-length: 999\r\n\r\n{"id": '),
    "half a chunk": speak(b"HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\nff\r\n{"),
    "no HTTP": speak(b"SSH-2.0-OpenSSH_9.9\r\n"),
    "no JSON": lambda handler: handler.send(201, b"<html>"),
    "no object": lambda handler: handler.send(201, b"[]"),
    "another server's words": lambda handler: handler.send(502, b'{"error": "bad gateway"}'),
    "somewhere else": lambda handler: handler.send(302, b"{}"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("path", ["/sessions", "/spaces", "/release"])
def test_what_is_no_answer_is_an_error_that_names_the_broker(
    broker: ScriptedBroker, path: str, fault: str
) -> None:
    broker.faults = [(path, FAULTS[fault])]
    if path == "/release":
        unreachable(broker, acquire("postgres", broker=broker.address).release)
    else:
        unreachable(broker, lambda: acquire("postgres", broker=broker.address))
    # Nothing is asked again by itself, and the next one finds a broker that is well again.
    assert [asked.path.endswith(path) for asked in broker.asked].count(True) == 1
    with acquire("postgres", broker=broker.address) as space:
        assert space.space == "postgres"


@pytest.mark.parametrize("part", ["id", "values", "leasedAt"])
def test_a_space_without_one_of_its_parts_is_none(broker: ScriptedBroker, part: str) -> None:
    message = golden("space.postgres")
    del message[part]
    broker.answers = [(200, {"session": "s"}), (201, message)]
    with pytest.raises(SpaceError, match=part):
        acquire("postgres", broker=broker.address)


def test_a_broker_that_is_not_there_is_an_error_with_a_hint() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = BrokerAddress(f"http://127.0.0.1:{taken.getsockname()[1]}", "t")
    with pytest.raises(SpaceError, match="has probably ended") as raised:
        acquire("postgres", broker=address)
    assert raised.value.code == "BROKER_UNREACHABLE"


def test_a_broker_that_says_nothing_is_not_waited_for_without_end(
    broker: ScriptedBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_http, "PATIENCE", 0.05)
    broker.faults = [("/spaces", lambda handler: handler.rfile.read(1))]
    start = time.monotonic()
    assert "timed out" in unreachable(broker, lambda: acquire("postgres", wait=0.1, broker=broker.address))
    assert 0.1 < time.monotonic() - start < 5


def test_connections_are_used_again(broker: ScriptedBroker) -> None:
    for _ in range(5):
        with acquire("postgres", broker=broker.address):
            pass
    # One for the session, one for the rest.
    assert broker.connections == 2


def test_a_connection_that_ended_between_requests_is_not_used(broker: ScriptedBroker) -> None:
    def answer_and_end(handler: Any) -> None:
        handler.send(200, b"{}")
        break_off(handler)

    broker.faults = [("/release", answer_and_end)]
    acquire("postgres", broker=broker.address).release()
    # The end is on its way; nothing here tells when it has come.
    time.sleep(0.1)
    acquire("postgres", broker=broker.address).release()
    assert broker.connections == 3


def test_threads_that_wait_keep_nobody_from_giving_back(broker: ScriptedBroker) -> None:
    def answer_late(handler: Any) -> None:
        broker.wait_until(lambda each: each.bodies("/release") != [])
        handler.send(503, json.dumps(golden("broker-error.wait-over")).encode())

    def wait() -> str:
        with pytest.raises(SpaceError) as raised:
            acquire("postgres", broker=broker.address)
        return raised.value.code

    first = acquire("postgres", broker=broker.address)
    broker.faults = [("/spaces", answer_late)]
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(wait)
        broker.wait_until(lambda each: len(each.bodies("/spaces")) == 2)
        first.release()
        assert waiting.result(10) == "SPACE_WAIT_OVER"


def test_whoever_stops_waiting_has_the_broker_know_it(broker: ScriptedBroker) -> None:
    class StopError(BaseException):
        pass

    def stop(*_: object) -> None:
        raise StopError

    ends: Queue[bytes] = Queue()
    broker.faults = [("/spaces", lambda handler: ends.put(handler.rfile.read(1)))]
    before = signal.signal(signal.SIGALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with pytest.raises(StopError):
            acquire("postgres", broker=broker.address)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert ends.get(timeout=10) == b""
