"""What a space does, whatever asks for it."""

import pickle
import unittest

import pytest
from scripted_broker import ScriptedBroker, golden

from seatrial_space import BrokerAddress, Outcome, SpaceError, acquire


def test_the_environment_says_where_the_broker_is(
    broker: ScriptedBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in broker.env.items():
        monkeypatch.setenv(name, value)
    assert acquire("postgres").space == "postgres"


@pytest.mark.parametrize("missing", ["SEATRIAL_BROKER", "SEATRIAL_TOKEN"])
def test_without_a_broker_the_next_step_is_said(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    env = {"SEATRIAL_BROKER": "http://127.0.0.1:1", "SEATRIAL_TOKEN": "t", missing: ""}
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SpaceError, match=f"{missing} is not set") as raised:
        acquire("postgres")
    assert raised.value.code == "SPACE_BROKER_MISSING"
    assert "seatrial exec -- pytest" in str(raised.value)


@pytest.mark.parametrize("url", ["unix:///run/x", "http://127.0.0.1", "http://[::1", "http://h:port", "x"])
def test_an_address_that_is_none_is_an_error_that_shows_it(url: str) -> None:
    with pytest.raises(SpaceError) as raised:
        acquire("postgres", broker=BrokerAddress(url, "t"))
    assert raised.value.code == "SPACE_BROKER_MISSING"
    assert repr(url) in str(raised.value)


class Fatal(BaseException):
    pass


class Failed(BaseException):
    """As pytest.fail raises."""


@pytest.mark.parametrize(
    ("error", "body"),
    [
        (None, {"outcome": "passed"}),
        (ValueError("\nwant 3\ngot 2"), {"outcome": "failed", "message": "want 3"}),
        (ValueError(), {"outcome": "failed", "message": "ValueError"}),
        (Failed("no"), {"outcome": "failed", "message": "no"}),
        (unittest.SkipTest("not here"), {"outcome": "skipped"}),
        (Fatal(), {"outcome": "unknown"}),
        (KeyboardInterrupt(), {"outcome": "unknown"}),
    ],
)
def test_a_block_gives_its_space_back_with_how_it_ended(
    broker: ScriptedBroker, error: BaseException | None, body: object
) -> None:
    try:
        with acquire("postgres", broker=broker.address):
            if error is not None:
                raise error
    except BaseException as raised:
        assert raised is error  # noqa: PT017
    else:
        assert error is None
    assert broker.bodies("/release") == [body]


@pytest.mark.parametrize("outcome", ["passed", "failed", "skipped", "unknown"])
def test_every_outcome_is_golden(broker: ScriptedBroker, outcome: Outcome) -> None:
    message = golden(f"space-release.{outcome}").get("message")
    acquire("postgres", broker=broker.address).release(outcome, message)
    assert broker.bodies("/release") == [golden(f"space-release.{outcome}")]


def test_what_was_opened_is_closed_before_a_space_is_given_back_the_last_first(
    broker: ScriptedBroker,
) -> None:
    order: list[object] = []
    with acquire("postgres", broker=broker.address) as space:
        space.on_release(lambda: order.append((1, broker.bodies("/release"))))
        space.on_release(lambda: order.append((2, broker.bodies("/release"))))
    assert order == [(2, []), (1, [])]
    space.release("failed")
    assert broker.bodies("/release") == [{"outcome": "passed"}]


def test_a_space_is_given_back_whatever_fails_before(broker: ScriptedBroker) -> None:
    space = acquire("postgres", broker=broker.address)
    space.on_release(lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        space.release("passed")
    assert broker.bodies("/release") == [{"outcome": "passed"}]


def test_limits_are_the_definitions_where_nothing_is_said(broker: ScriptedBroker) -> None:
    space = acquire("postgres", broker=broker.address)
    space.renew()
    space.keep()
    assert broker.bodies("/renew") == [golden("space-renew.default")]
    assert broker.bodies("/keep") == [golden("space-keep.default")]


def test_files_are_found_by_name(broker: ScriptedBroker) -> None:
    broker.answers = [(200, {"session": "s"}), (201, golden("space.files"))]
    space = acquire("postgres", broker=broker.address)
    assert space.file("app.yaml").text.startswith("database:")
    with pytest.raises(SpaceError, match=r"no file 'app.yml'; its files: app.yaml"):
        space.file("app.yml")
    with pytest.raises(SpaceError, match="its files: none"):
        acquire("postgres", broker=broker.address).file("app.yaml")


def test_nothing_that_is_shown_holds_a_secret(broker: ScriptedBroker) -> None:
    broker.answers = [(200, {"session": "s"}), (201, golden("space.files"))]
    space = acquire("postgres", broker=broker.address)
    shown = f"{space!r} {space} {space.files} {broker.address}"
    assert space.values["password"] not in shown
    assert "golden-token" not in shown
    assert repr(space) == "<Space lease-2: postgres, st_9f3c01ab_2>"


def test_an_error_survives_its_way_between_processes() -> None:
    error = SpaceError("TEMPLATE_FAILED", "no", hint="mend it", log=["line"])
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.code, again.log) == (str(error), "TEMPLATE_FAILED", ("line",))


def test_texts_of_any_kind_arrive_as_they_are(broker: ScriptedBroker) -> None:
    test = '€ "50"; DROP TABLE x;--\n\ud800' + "x" * 300
    acquire("postgres", test=test, broker=broker.address)
    assert broker.asked[-1].body["test"] == test


def test_an_id_cannot_become_another_path(broker: ScriptedBroker) -> None:
    broker.answers = [(200, {"session": "s"}), (201, golden("space.redis") | {"id": "../a?b"})]
    acquire("cache", broker=broker.address).release()
    assert broker.asked[-1].path == "/v1/spaces/..%2Fa%3Fb/release"
