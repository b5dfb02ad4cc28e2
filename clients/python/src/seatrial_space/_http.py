"""HTTP as far as the broker's protocol needs it: requests with JSON over connections that are used again."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any

from seatrial_space._address import BrokerAddress
from seatrial_space._errors import SpaceError

PATIENCE = 30.0
"""Seconds that an answer may take which waits for nothing."""


_BROKEN = (OSError, HTTPException, ValueError, KeyError)
"""What goes wrong with connections, and with answers of what is no broker."""


class Connections:
    """Connections to one broker. Threads may share them: each request has one to itself."""

    def __init__(self, address: BrokerAddress) -> None:
        self._address = address
        self._headers = {"authorization": f"Bearer {address.token}", "content-type": "application/json"}
        self._idle: list[HTTPConnection] = []

    def ask(self, method: str, path: str, body: object = None, *, wait: float = 0.0) -> dict[str, Any]:
        """The answer's JSON. `wait`: seconds that the broker itself may wait. Raises SpaceError."""
        connection, response = self._send(method, path, body, wait=wait)
        with self._closing_on_failure(connection):
            answer = _object(response.read())
        self._idle.append(connection)
        return answer

    def hold(self, method: str, path: str) -> tuple["HeldConnection", dict[str, Any]]:
        """The first line, as JSON, of an answer that goes on, and the connection that it holds. Raises SpaceError."""
        connection, response = self._send(method, path)
        with self._closing_on_failure(connection):
            return HeldConnection(connection, response), _object(response.readline())

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def _send(
        self, method: str, path: str, body: object = None, *, wait: float = 0.0
    ) -> tuple[HTTPConnection, HTTPResponse]:
        connection = self._take(PATIENCE + wait)
        with self._closing_on_failure(connection):
            text = None if body is None else json.dumps(body)
            connection.request(method, path, text, self._headers)
            response = connection.getresponse()
            if response.status >= 300:
                raise _refusal(response)
            return connection, response

    @contextmanager
    def _closing_on_failure(self, connection: HTTPConnection) -> Iterator[None]:
        """Whoever breaks a request off has the broker know it by the end of its connection."""
        try:
            yield
        except _BROKEN as error:
            connection.close()
            raise self._unreachable(error) from error.with_traceback(None)
        except BaseException:
            connection.close()
            raise

    def _take(self, patience: float) -> HTTPConnection:
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # Another thread took it.
                break
            if connection.sock is not None and not _has_ended(connection.sock):
                connection.sock.settimeout(patience)
                return connection
            connection.close()
        host, port = self._address.host_and_port
        return HTTPConnection(host, port, timeout=patience)

    def _unreachable(self, error: Exception) -> SpaceError:
        return SpaceError(
            "BROKER_UNREACHABLE",
            f"The broker at {self._address.url} does not answer: {str(error) or type(error).__name__}",
            hint="The run that SEATRIAL_BROKER speaks of has probably ended.",
        )


class HeldConnection:
    """A connection whose answer goes on without saying more, and whose end means something."""

    _END = b"0\r\n\r\n"

    def __init__(self, connection: HTTPConnection, response: HTTPResponse) -> None:
        self._connection = connection
        # Collected, it would end the connection.
        self._response = response
        self._last = b""

    def has_ended(self) -> bool:
        sock = self._connection.sock
        if sock is None:
            return True
        try:
            sock.setblocking(False)
            while data := sock.recv(4096):
                self._last = (self._last + data)[-len(self._END) :]
                if self._last == self._END:
                    return True
        except BlockingIOError:
            return False
        except OSError:
            pass
        return True

    def close(self) -> None:
        self._response.close()
        self._connection.close()


def _has_ended(sock: socket.socket) -> bool:
    """Whether a connection between two requests is of no more use."""
    try:
        sock.setblocking(False)
        sock.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True


def _refusal(response: HTTPResponse) -> SpaceError:
    answer = _object(response.read())
    log = answer.get("log") or ()
    return SpaceError(str(answer["code"]), str(answer["message"]), hint=answer.get("hint"), log=log)


def _object(text: bytes) -> dict[str, Any]:
    found = json.loads(text)
    if isinstance(found, dict):
        return found
    raise ValueError("its answer is no JSON object")
