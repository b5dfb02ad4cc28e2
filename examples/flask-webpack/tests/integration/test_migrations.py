from collections.abc import Callable

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, create_engine, inspect, text
from sqlalchemy.pool import NullPool

type Migrations = Callable[[URL], Config]


def tables(url: URL) -> set[str]:
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return set(inspect(connection).get_table_names())


def test_the_deployed_database_is_migrated_to_the_newest_revision(deployed: URL, migrations: Migrations) -> None:
    with create_engine(deployed, poolclass=NullPool).connect() as connection:
        version = connection.scalar(text("SELECT version_num FROM alembic_version"))
    assert version == ScriptDirectory.from_config(migrations(deployed)).get_current_head() == "0002"


def test_the_migrations_make_the_tables_that_the_program_expects(deployed: URL, migrations: Migrations) -> None:
    command.check(migrations(deployed))


def test_a_database_that_is_behind_is_noticed(empty: URL, migrations: Migrations) -> None:
    command.upgrade(migrations(empty), "0001")
    with pytest.raises(CommandError, match="not up to date"):
        command.check(migrations(empty))


def test_every_migration_can_be_undone_and_done_again(empty: URL, migrations: Migrations) -> None:
    config = migrations(empty)
    command.upgrade(config, "head")
    assert tables(empty) == {"alembic_version", "items", "loans"}
    command.downgrade(config, "base")
    assert tables(empty) == {"alembic_version"}
    command.upgrade(config, "head")
    assert tables(empty) == {"alembic_version", "items", "loans"}
