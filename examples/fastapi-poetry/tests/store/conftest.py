"""Bookings in a real PostgreSQL: each test has a database of its own, with the tables and nothing in them."""

from collections.abc import Iterator
from typing import Any

import pytest
from psycopg_pool import ConnectionPool
from seatrial_space import SpaceFactory

from roomly.model import Room
from roomly.postgres import PostgresRepository


@pytest.fixture
def database(space: SpaceFactory) -> str:
    return space("postgres").url


@pytest.fixture
def pool(database: str) -> Iterator[ConnectionPool[Any]]:
    with ConnectionPool(database, min_size=1, max_size=8) as pool:
        yield pool


@pytest.fixture
def repository(pool: ConnectionPool[Any]) -> PostgresRepository:
    repository = PostgresRepository(pool)
    repository.add_room(Room(name="blue", seats=6))
    return repository
