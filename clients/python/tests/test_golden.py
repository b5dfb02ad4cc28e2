"""The messages of protocol/golden/broker are what the client sends and reads."""

from datetime import datetime, timedelta, timezone

import pytest
from scripted_broker import GOLDEN, Asked, ScriptedBroker, golden

from seatrial_space import SpaceError, acquire

REFUSALS = sorted(path.stem for path in (GOLDEN / "exchanges").glob("error-*.json"))


def exchange(name: str) -> tuple[int, object]:
    answer = golden(f"exchanges/{name}")["answer"]
    return answer["status"], answer["body"]


def test_whole_exchanges_are_spoken_word_for_word(broker: ScriptedBroker) -> None:
    names = ["session", "acquire-files", "renew", "keep", "release-failed"]
    broker.answers = [exchange(name) for name in names]
    space = acquire("postgres", test="TestRefund", broker=broker.address)
    space.renew(300)
    assert space.until == datetime(2026, 3, 1, 12, 5, tzinfo=timezone.utc)
    space.keep(timedelta(minutes=30))
    space.release("failed", "want 3 orders, got 2")
    sent = [golden(f"exchanges/{name}")["request"] for name in names]
    bodies = [request.get("body") for request in sent]
    assert broker.asked == [
        Asked("POST", "/v1/sessions"),
        Asked("POST", "/v1/spaces", {**bodies[1], "session": "session-1"}),
        Asked("POST", "/v1/spaces/lease-2/renew", bodies[2]),
        Asked("POST", "/v1/spaces/lease-2/keep", bodies[3]),
        Asked("POST", "/v1/spaces/lease-2/release", bodies[4]),
    ]
    assert {asked.authorization for asked in broker.asked} == {sent[0]["headers"]["authorization"]}


@pytest.mark.parametrize("name", ["space.postgres", "space.redis", "space.files"])
def test_a_space_has_everything_that_its_message_says(broker: ScriptedBroker, name: str) -> None:
    message = golden(name)
    broker.answers = [exchange("session"), (201, message)]
    space = acquire("postgres", broker=broker.address)
    for part in ("id", "space", "service", "kind", "name", "url", "values", "env"):
        assert getattr(space, part) == message[part]
    assert [vars(file) for file in space.files] == message["files"]
    assert space.leased_at == datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
    assert space.until - space.leased_at == timedelta(minutes=10)


def test_a_request_may_say_everything_that_the_protocol_has_room_for(broker: ScriptedBroker) -> None:
    first = acquire("postgres", broker=broker.address)
    request = golden("space-request.full")
    acquire(
        "postgres",
        test=request["test"],
        attempt=2,
        ttl=timedelta(minutes=2),
        wait=5.0,
        with_spaces=[first],
        broker=broker.address,
    )
    # Without its key, which is for clients that repeat requests.
    assert broker.asked[-1].body == {key: value for key, value in request.items() if key != "key"}


def test_fields_of_later_versions_are_ignored(broker: ScriptedBroker) -> None:
    broker.answers = [(200, {"session": "s", "new": 1}), (201, golden("space.redis") | {"colour": "red"})]
    assert acquire("cache", broker=broker.address).kind == "redis"


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_is_an_error_with_its_code_hint_and_log(broker: ScriptedBroker, name: str) -> None:
    broker.answers = [exchange("session"), exchange(name)]
    refusal = golden(f"exchanges/{name}")["answer"]["body"]
    with pytest.raises(SpaceError) as raised:
        acquire("postgres", broker=broker.address)
    error = raised.value
    assert (error.code, error.hint) == (refusal["code"], refusal.get("hint"))
    assert error.log == tuple(refusal.get("log", ()))
    for part in (error.code, refusal["message"], error.hint or "", *error.log):
        assert part in str(error)


def test_there_are_refusals_to_test_against() -> None:
    assert len(REFUSALS) > 10
