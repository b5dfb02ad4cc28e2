from datetime import UTC, datetime, timedelta, timezone

import pytest

from roomly.slot import Slot, gaps


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2030, 5, 6, hour, minute, tzinfo=UTC)


def test_slots_that_touch_do_not_overlap() -> None:
    assert not Slot(at(9), at(10)).overlaps(Slot(at(10), at(11)))
    assert not Slot(at(10), at(11)).overlaps(Slot(at(9), at(10)))


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(Slot(at(9), at(10)), id="the same"),
        pytest.param(Slot(at(8), at(9, 1)), id="one that ends in it"),
        pytest.param(Slot(at(9, 59), at(11)), id="one that starts in it"),
        pytest.param(Slot(at(8), at(11)), id="one around it"),
        pytest.param(Slot(at(9, 15), at(9, 30)), id="one within it"),
    ],
)
def test_slots_that_share_a_moment_overlap(other: Slot) -> None:
    slot = Slot(at(9), at(10))
    assert slot.overlaps(other)
    assert other.overlaps(slot)


@pytest.mark.parametrize("end", [at(9), at(8)])
def test_a_slot_that_does_not_end_after_its_start_is_refused(end: datetime) -> None:
    with pytest.raises(ValueError, match="ends after it starts"):
        Slot(at(9), end)


def test_a_slot_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Slot(datetime(2030, 5, 6, 9), datetime(2030, 5, 6, 10))


def test_other_time_zones_become_utc() -> None:
    east = timezone(timedelta(hours=2))
    slot = Slot(datetime(2030, 5, 6, 11, tzinfo=east), datetime(2030, 5, 6, 12, tzinfo=east))
    assert slot == Slot(at(9), at(10))
    assert slot.start.tzinfo is UTC


def test_gaps_are_what_is_left_whatever_the_order() -> None:
    day = Slot(at(8), at(20))
    taken = [Slot(at(13), at(14)), Slot(at(9), at(12)), Slot(at(10), at(11)), Slot(at(14), at(15))]
    assert list(gaps(day, taken)) == [Slot(at(8), at(9)), Slot(at(12), at(13)), Slot(at(15), at(20))]


def test_gaps_stay_within_the_stretch() -> None:
    day = Slot(at(8), at(20))
    assert list(gaps(day, [])) == [day]
    assert list(gaps(day, [Slot(at(7), at(9)), Slot(at(19), at(21)), Slot(at(22), at(23))])) == [Slot(at(9), at(19))]
    assert list(gaps(day, [Slot(at(7), at(21))])) == []
