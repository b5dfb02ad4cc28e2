from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from roomly.desk import Desk
from roomly.memory import MemoryRepository
from roomly.model import Room
from roomly.policy import Policy
from roomly.web.app import create_app

NOW = datetime(2030, 5, 6, 7, tzinfo=UTC)


@pytest.fixture
def client() -> Iterator[TestClient]:
    """Roomly with one room, on a Monday morning."""
    desk = Desk(repository=MemoryRepository(), policy=Policy(), clock=lambda: NOW)
    desk.open_room(Room(name="blue", seats=6))
    with TestClient(create_app(desk)) as client:
        yield client
