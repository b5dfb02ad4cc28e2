"""Each test has a database of its own, copied from one that the migrations made."""

import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from alembic import command
from alembic.config import Config
from flask.testing import FlaskClient
from sqlalchemy import URL, Engine, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from lendly.bundle import Bundle
from lendly.database import connect
from lendly.library import Library
from lendly.terms import Terms
from lendly.web.app import create_app

ALEMBIC = "/app/alembic.ini"


@pytest.fixture(scope="session")
def deployed() -> URL:
    """The database that the service `migrate` has prepared, and that a deployment would use."""
    return make_url(os.environ["DATABASE_URL"])


@pytest.fixture(scope="session")
def server(deployed: URL) -> Iterator[Engine]:
    """For creating and dropping databases, which no transaction can hold."""
    engine = create_engine(deployed.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def migrations() -> Callable[[URL], Config]:
    def at(url: URL) -> Config:
        config = Config(ALEMBIC)
        config.set_main_option("sqlalchemy.url", url.render_as_string(hide_password=False).replace("%", "%%"))
        return config

    return at


@pytest.fixture(scope="session")
def template(server: Engine, deployed: URL, migrations: Callable[[URL], Config]) -> Iterator[str]:
    with new_database(server) as name:
        command.upgrade(migrations(deployed.set(database=name)), "head")
        yield name


@pytest.fixture
def empty(server: Engine, deployed: URL) -> Iterator[URL]:
    """A database without any table."""
    with new_database(server) as name:
        yield deployed.set(database=name)


@pytest.fixture
def engine(server: Engine, deployed: URL, template: str) -> Iterator[Engine]:
    with new_database(server, template) as name:
        engine = connect(deployed.set(database=name))
        yield engine
        engine.dispose()


class Clock:
    today = date(2025, 3, 1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def library(engine: Engine, clock: Clock) -> Library:
    return library_of(engine, clock)


@pytest.fixture
def client(library: Library) -> FlaskClient:
    return client_of(library)


@pytest.fixture
def unmigrated(empty: URL, clock: Clock) -> Iterator[FlaskClient]:
    """Lendly with a database that has no tables yet."""
    engine = connect(empty)
    yield client_of(library_of(engine, clock))
    engine.dispose()


def library_of(engine: Engine, clock: Clock) -> Library:
    return Library(engine=engine, terms=Terms(), today=lambda: clock.today)


def client_of(library: Library) -> FlaskClient:
    bundle = Bundle.load(Path("/app/static"))
    return create_app(library=library, bundle=bundle, secret_key="test").test_client()


class new_database:
    """A database with a name that nobody else has, until the end of the block."""

    def __init__(self, server: Engine, template: str = "template1") -> None:
        self._server = server
        self._template = template
        self._name = f"test_{uuid4().hex}"

    def __enter__(self) -> str:
        self._run(f"CREATE DATABASE {self._name} TEMPLATE {self._template}")
        return self._name

    def __exit__(self, *_: object) -> None:
        self._run(f"DROP DATABASE {self._name} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        with self._server.connect() as connection:
            connection.execute(text(statement))
