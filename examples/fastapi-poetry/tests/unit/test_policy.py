from datetime import UTC, datetime, timedelta

import pytest

from roomly.errors import RuleBroken
from roomly.model import Room
from roomly.policy import Policy
from roomly.slot import Slot

NOW = datetime(2030, 5, 6, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)
LIMIT = NOW + timedelta(days=90)
MIDNIGHT = datetime(2030, 5, 7, tzinfo=UTC)
ROOM = Room(name="blue", seats=6)


def tomorrow(start: str, end: str) -> Slot:
    return Slot(_on(MIDNIGHT, start), _on(MIDNIGHT, end))


def _on(midnight: datetime, clock: str) -> datetime:
    hours, minutes = clock.split(":")
    return midnight + timedelta(hours=int(hours), minutes=int(minutes))


@pytest.mark.parametrize(
    "slot",
    [
        pytest.param(tomorrow("8:00", "12:00"), id="the longest, from opening on"),
        pytest.param(tomorrow("19:45", "20:00"), id="the last quarter of an hour"),
        pytest.param(Slot(NOW, NOW + HOUR), id="from now on"),
        pytest.param(Slot(LIMIT, LIMIT + HOUR), id="as far ahead as possible"),
    ],
)
def test_what_keeps_the_rules_is_allowed(slot: Slot) -> None:
    Policy().check(room=ROOM, slot=slot, people=6, now=NOW)


@pytest.mark.parametrize(
    ("rule", "slot"),
    [
        pytest.param("past", Slot(NOW - QUARTER, NOW + HOUR), id="started already"),
        pytest.param("ahead", Slot(LIMIT + QUARTER, LIMIT + HOUR), id="far ahead"),
        pytest.param("length", tomorrow("8:00", "12:15"), id="too long"),
        pytest.param("hours", tomorrow("7:45", "9:00"), id="before opening"),
        pytest.param("hours", tomorrow("19:00", "20:15"), id="after closing"),
        pytest.param("hours", tomorrow("23:00", "25:00"), id="over midnight"),
        pytest.param("grid", tomorrow("9:05", "9:35"), id="odd start"),
        pytest.param("grid", tomorrow("9:00", "9:20"), id="odd end"),
    ],
)
def test_what_breaks_a_rule_is_refused_by_its_name(rule: str, slot: Slot) -> None:
    with pytest.raises(RuleBroken) as refused:
        Policy().check(room=ROOM, slot=slot, people=1, now=NOW)
    assert refused.value.rule == rule


def test_more_people_than_seats_are_refused() -> None:
    with pytest.raises(RuleBroken, match="blue has 6 seats, not 7") as refused:
        Policy().check(room=ROOM, slot=tomorrow("9:00", "10:00"), people=7, now=NOW)
    assert refused.value.rule == "seats"


def test_the_grid_counts_from_opening() -> None:
    policy = Policy(grid=timedelta(minutes=50))
    policy.check(room=ROOM, slot=tomorrow("8:50", "9:40"), people=1, now=NOW)
    with pytest.raises(RuleBroken, match="full steps of 50 minutes"):
        policy.check(room=ROOM, slot=tomorrow("9:00", "9:50"), people=1, now=NOW)
