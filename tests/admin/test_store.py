"""Connections: one writer at a time, readers that never wait, transactions that are whole."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from glidepath.admin.store.database import insert_new
from glidepath.admin.store.schema import projects

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=timezone.utc)


def project(identifier):
    return {
        "identifier": identifier,
        "name": identifier,
        "description": "",
        "state": 0,
        "labels": b"",
        "created_at": NOW,
        "updated_at": NOW,
    }


def count(store):
    with store.read() as connection:
        return connection.execute(select(func.count()).select_from(projects)).scalar_one()


def test_many_threads_write_without_losing_a_row(store):
    def write(number):
        with store.write() as connection:
            insert_new(connection, projects, project(f"p{number}"))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(write, range(200)))
    assert count(store) == 200


def test_a_block_that_raises_leaves_nothing(store):
    with pytest.raises(RuntimeError, match="stop"), store.write() as connection:
        insert_new(connection, projects, project("p"))
        raise RuntimeError("stop")
    assert count(store) == 0


def test_a_reader_does_not_wait_for_a_writer_and_sees_only_what_is_committed(store):
    with store.write() as connection:
        insert_new(connection, projects, project("p"))
        seen = []
        reader = threading.Thread(target=lambda: seen.append(count(store)))
        reader.start()
        reader.join(timeout=10)
        assert seen == [0]
    assert count(store) == 1


def test_a_row_is_inserted_once(store):
    with store.write() as connection:
        assert insert_new(connection, projects, project("p")) == 1
        assert insert_new(connection, projects, project("p")) is None
    assert count(store) == 1


def test_times_keep_microseconds_and_zone(store):
    with store.write() as connection:
        insert_new(connection, projects, project("p"))
    with store.read() as connection:
        assert connection.execute(select(projects.c.created_at)).scalar_one() == NOW


on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@on_sqlite  # only there readers are connections of their own
def test_what_is_read_cannot_be_written(store):
    with store.read() as connection, pytest.raises(DBAPIError, match="readonly"):
        connection.execute(text("DELETE FROM projects"))


@on_sqlite
def test_the_file_is_in_wal_mode_with_foreign_keys(store):
    with store.read() as connection:
        found = [
            connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert found == ["wal", 1, 1]
