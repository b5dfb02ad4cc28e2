"""A broker whose answers are written down: golden ones in turn, or made from golden ones, with faults on demand."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import SHUT_RDWR
from threading import Condition, Thread
from typing import Any

from seatrial_space import BrokerAddress

GOLDEN = Path(__file__).resolve().parents[3] / "protocol/golden/broker"


def golden(name: str) -> Any:
    return json.loads((GOLDEN / f"{name}.json").read_text())


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    body: Any = None
    authorization: str | None = field(default=None, compare=False)


Fault = Callable[["_Handler"], object]


class ScriptedBroker:
    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: list[tuple[int, Any]] = []
        """Given in turn; when there are none: what a broker would answer."""
        self.faults: list[tuple[str, Fault]] = []
        """What is done instead of an answer to the next request of this path; one each."""
        self.sessions: dict[str, Any] = {}
        """The connections of those that are open now."""
        self.connections = 0
        self.changed = Condition()
        self._given = 0
        self._opened = 0
        self._server = _Server(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self._server.block_on_close = False

    @property
    def address(self) -> BrokerAddress:
        return BrokerAddress(f"http://127.0.0.1:{self._server.server_address[1]}", "golden-token")

    @property
    def env(self) -> dict[str, str]:
        return {"SEATRIAL_BROKER": self.address.url, "SEATRIAL_TOKEN": self.address.token}

    def bodies(self, ending: str) -> list[Any]:
        """What was sent to the paths that end so, in order."""
        return [asked.body for asked in self.asked if asked.path.endswith(ending)]

    def wait_until(self, claim: Callable[["ScriptedBroker"], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: claim(self), timeout=10), self.asked

    def break_sessions(self) -> None:
        for connection in list(self.sessions.values()):
            with suppress(OSError):
                connection.shutdown(SHUT_RDWR)
        self.wait_until(lambda broker: not broker.sessions)

    @contextmanager
    def serving(self) -> Iterator["ScriptedBroker"]:
        thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()
            self.break_sessions()

    def answer(self, asked: Asked) -> tuple[int, Any]:
        if self.answers:
            return self.answers.pop(0)
        if asked.path == "/v1/sessions":
            self._opened += 1
            return 200, {"session": f"session-{self._opened}"}
        if asked.path == "/v1/spaces":
            self._given += 1
            given = timedelta(milliseconds=asked.body.get("ttl", 600_000))
            return 201, golden("space.postgres") | {
                "space": asked.body["space"],
                "id": f"lease-{self._given}",
                # Another machine's time.
                "leasedAt": _LEASED_AT.isoformat(),
                "until": (_LEASED_AT + given).isoformat(),
            }
        if asked.path.endswith("/renew"):
            until = _LEASED_AT + timedelta(milliseconds=asked.body.get("ttl", 600_000))
            return 200, golden("space-summary.kept") | {"until": until.isoformat()}
        return 200, golden("space-summary.kept")


_LEASED_AT = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


class _Server(ThreadingHTTPServer):
    # Many threads connect at once; who finds no room is reset.
    request_queue_size = 128


def _handler_of(owner: ScriptedBroker) -> type["_Handler"]:
    class Handler(_Handler):
        broker = owner

    return Handler


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Otherwise headers and body of an answer wait for each other.
    wbufsize = -1
    broker: ScriptedBroker

    def setup(self) -> None:
        super().setup()
        self.broker.connections += 1

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers.get("content-length") or 0))
        asked = Asked(
            self.command, self.path, json.loads(text) if text else None, self.headers["authorization"]
        )
        with self.broker.changed:
            fault = next((each for each in self.broker.faults if self.path.endswith(each[0])), None)
            if fault is not None:
                self.broker.faults.remove(fault)
            self.broker.asked.append(asked)
            status, body = (0, None) if fault is not None else self.broker.answer(asked)
            self.broker.changed.notify_all()
        if fault is not None:
            fault[1](self)
        elif self.path == "/v1/sessions" and status == 200:
            self._hold(body)
        else:
            self.send(status, json.dumps(body).encode())

    do_GET = do_POST  # noqa: N815

    def send(self, status: int, text: bytes, *, length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(text) if length is None else length))
        self.end_headers()
        self.wfile.write(text)
        self.wfile.flush()

    def _hold(self, body: Any) -> None:
        text = f"{json.dumps(body)}\n".encode()
        # Before it is answered: who has the answer may break the session at once.
        with self.broker.changed:
            self.broker.sessions[body["session"]] = self.connection
            self.broker.changed.notify_all()
        # Whatever ends a connection ends its session, however much of the answer is out by then.
        with suppress(OSError):
            self.send_response(200)
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            # As a relay may split it.
            for part in (b"%x\r\n" % len(text), text, b"\r\n"):
                self.wfile.write(part)
                self.wfile.flush()
            self.rfile.read(1)
        with self.broker.changed:
            del self.broker.sessions[body["session"]]
            self.broker.changed.notify_all()
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass
