import os
from collections.abc import Iterator

import pytest
from scripted_broker import ScriptedBroker

pytest_plugins = ["pytester"]

_REAL = {name: os.environ.get(name, "") for name in ("SEATRIAL_BROKER", "SEATRIAL_TOKEN")}


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the environment says is for the tests of the real broker alone."""
    for name in _REAL:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def broker() -> Iterator[ScriptedBroker]:
    with ScriptedBroker().serving() as broker:
        yield broker


@pytest.fixture
def real_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """A real broker over a server in memory, which the environment names."""
    if not all(_REAL.values()):
        pytest.fail(
            "there is no broker to test against: node scripts/test-python-client.mjs starts one",
            pytrace=False,
        )
    for name, value in _REAL.items():
        monkeypatch.setenv(name, value)
