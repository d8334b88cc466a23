"""The schema: migrations and ``schema.py`` agree, old databases are brought up to date, newer ones refused."""

import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from glidepath.admin.store import open_store
from glidepath.admin.store.database import open_engine
from glidepath.admin.store.migrations import upgrade
from glidepath.admin.store.schema import SCHEMA_VERSION, metadata
from glidepath.admin.store.upgrade import schema_version
from glidepath.errors import FlyteSystemException


def described(engine):
    """Tables with columns, keys and indexes, in a form that compares."""
    inspector = inspect(engine)
    return {
        table: {
            "columns": [(column["name"], str(column["type"]), column["nullable"]) for column in inspector.get_columns(table)],
            "indexes": plain(inspector.get_indexes(table)),
            "foreign keys": plain(inspector.get_foreign_keys(table)),
            "unique": plain(inspector.get_unique_constraints(table)),
        }
        for table in inspector.get_table_names()
    }


def plain(found):
    """Dictionaries as sorted texts; conditions of partial indexes as their SQL."""
    return sorted(
        str(
            [
                (key, {k: str(v) for k, v in value.items()} if isinstance(value, dict) else value)
                for key, value in sorted(each.items())
            ]
        )
        for each in found
    )


def test_migrations_lead_to_the_schema_that_a_new_database_gets(database_url):
    migrated = open_engine(database_url)
    with migrated.begin() as connection:
        upgrade(connection)
        assert schema_version(connection) == SCHEMA_VERSION
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    after = described(migrated)
    with migrated.begin() as connection:
        metadata.drop_all(connection)
    open_store(database_url).close()
    assert described(migrated) == after
    migrated.dispose()


def test_opening_twice_changes_nothing(database_url):
    for _ in range(2):
        store = open_store(database_url)
        with store.read() as connection:
            assert schema_version(connection) == SCHEMA_VERSION
        store.close()


def test_a_database_of_a_newer_glidepath_is_refused(tmp_path):
    url = f"sqlite:///{tmp_path / 'glidepath.db'}"
    open_store(url).close()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(FlyteSystemException, match="schema version 9999, but this Glidepath knows versions up to") as caught:
        open_store(url)
    assert str(tmp_path) in caught.value.where
    engine.dispose()


def test_a_database_that_is_up_to_date_does_not_load_alembic(tmp_path):
    url = f"sqlite:///{tmp_path / 'glidepath.db'}"
    opened = f"import sys; from glidepath.admin.store import open_store; open_store({url!r}).close()"
    code = f"{opened}; print('alembic' in sys.modules)"
    for _ in range(2):
        assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
