"""What a process has of a broker: its connections, and the session by whose end the broker knows that the process is gone."""

import atexit
import os
from threading import Lock
from typing import Any

from seatrial_space._address import BrokerAddress
from seatrial_space._http import Connections, HeldConnection

# A process has one session with a broker, whoever in it asks; this is why these are here and not given along.
_opening = Lock()
_brokers: dict[BrokerAddress, "Broker"] = {}


class Broker:
    """A broker as this process speaks to it: from any thread, and from forked children as from processes of their own."""

    def __init__(self, address: BrokerAddress) -> None:
        self._connections = Connections(address)
        self._session: tuple[HeldConnection, str] | None = None

    def ask(self, method: str, path: str, body: object = None, *, wait: float = 0.0) -> dict[str, Any]:
        """The answer's JSON. `wait`: seconds that the broker itself may wait. Raises SpaceError."""
        return self._connections.ask(method, path, body, wait=wait)

    def session(self) -> str:
        """The session of this process; a new one when the last one broke. Raises SpaceError."""
        with _opening:
            if self._session is not None:
                held, session = self._session
                if not held.has_ended():
                    return session
                held.close()
                self._session = None
            held, answer = self._connections.hold("POST", "/v1/sessions")
            session = str(answer.get("session"))
            self._session = held, session
            return session

    def close(self) -> None:
        if self._session is not None:
            self._session[0].close()
            self._session = None
        self._connections.close()


def broker_at(address: BrokerAddress) -> Broker:
    """This process's broker of an address. Opens nothing yet."""
    return _brokers.setdefault(address, Broker(address))


def _close_all() -> None:
    for broker in list(_brokers.values()):
        broker.close()


def _begin_anew_in_child() -> None:
    # Closing a descriptor ends the child's share of a connection alone. Left open, the parent's end would not be seen by the broker.
    _close_all()
    _opening.release()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_opening.acquire, after_in_parent=_opening.release, after_in_child=_begin_anew_in_child
    )
