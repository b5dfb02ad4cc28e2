"""The program that ships: `uvicorn roomly.main:app`. It keeps bookings in PostgreSQL at DATABASE_URL; without it, until it ends."""

import os
from datetime import UTC, datetime

from psycopg_pool import ConnectionPool

from roomly.desk import Desk
from roomly.memory import MemoryRepository
from roomly.policy import Policy
from roomly.postgres import PostgresRepository
from roomly.repository import Repository
from roomly.web.app import create_app


def _repository() -> Repository:
    address = os.environ.get("DATABASE_URL")
    return PostgresRepository(ConnectionPool(address, open=True)) if address else MemoryRepository()


app = create_app(Desk(repository=_repository(), policy=Policy(), clock=lambda: datetime.now(UTC)))
