from roomly.errors import RoomlyError
from roomly.web.errors import STATUS


def test_every_error_has_a_status_and_a_code_of_its_own() -> None:
    kinds = RoomlyError.__subclasses__()
    assert set(STATUS) == set(kinds)
    assert len({kind.code for kind in kinds}) == len(kinds)
