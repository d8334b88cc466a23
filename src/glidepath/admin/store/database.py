"""Connections to the database: many readers that never wait, and writers one after the other.

SQLite runs in WAL mode. All writes of the process go through one connection behind one lock and begin with
``BEGIN IMMEDIATE``, so "database is locked" cannot happen inside a process; readers have connections of their own, each
statement a snapshot. Postgres does its own locking, so there ``write`` is simply a transaction.
"""

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, make_url

from glidepath.admin.store.upgrade import bring_up_to_date

_BUSY_TIMEOUT_MS = 30_000
_READERS = 32
_READER_CACHE_KIB = 512
"""Per connection; SQLite's own 2 MiB would be 64 MiB for all readers, and the system caches the file once for everybody."""

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS}",
    "PRAGMA foreign_keys=ON",
    "PRAGMA case_sensitive_like=ON",
)


class Store:
    """The database of one control plane. Made by :func:`open_store`; one per process; safe to use from any thread."""

    def __init__(self, readers: Engine, writer: Engine) -> None:
        self._readers = readers
        self._writer = writer
        self._turn = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for SELECTs. Each statement sees what was committed when it began; nobody waits for a reader."""
        with self._readers.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction: committed when the block ends, rolled back when it raises. Blocks do not nest.

        On SQLite the block holds the only writer; keep I/O other than the database's outside.
        """
        if self._writer.dialect.name != "sqlite":
            with self._writer.begin() as connection:
                yield connection
            return
        with self._turn, self._writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Give back every connection."""
        self._readers.dispose()
        self._writer.dispose()


def open_store(url: str) -> Store:
    """The store at a SQLAlchemy URL, its schema brought up to date.

    ``url`` is ``sqlite:////absolute/file.db`` or ``postgresql+psycopg://user@host/name`` (``postgresql://`` is read as that).
    Raises :class:`glidepath.errors.FlyteSystemException` when the database was made by a newer Glidepath.
    """
    writer = open_engine(url)
    bring_up_to_date(writer)
    if writer.dialect.name != "sqlite":
        return Store(writer.execution_options(isolation_level="AUTOCOMMIT"), writer)
    readers = create_engine(url, pool_size=_READERS, max_overflow=0, pool_use_lifo=True)
    event.listen(readers, "connect", _configure_reader)
    return Store(readers, writer)


def open_engine(url: str) -> Engine:
    """Connections that may write, whatever the schema is: one at a time on SQLite, a pool on Postgres."""
    parsed = make_url(url)
    if parsed.drivername in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_size=16, max_overflow=16, pool_pre_ping=True)
    engine = create_engine(parsed, pool_size=1, max_overflow=0)
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def insert_new(connection: Connection, table: Table, values: Mapping[str, Any]) -> int | None:
    """Insert a row unless its unique key is taken. Returns the new row's id, or None when the row is there already."""
    statement = _dialect_insert(connection, table).values(**values).on_conflict_do_nothing().returning(table.c.id)
    inserted: int | None = connection.execute(statement).scalar_one_or_none()
    return inserted


def insert_all_new(connection: Connection, table: Table, found: Sequence[Mapping[str, Any]]) -> None:
    """Insert those rows whose unique key is free."""
    if found:
        connection.execute(_dialect_insert(connection, table).on_conflict_do_nothing(), list(found))


def upsert_all(connection: Connection, table: Table, key: Sequence[str], found: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of all columns; where the ``key`` of one is taken, replace the row that has it."""
    statement = _dialect_insert(connection, table)
    rest = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in key}
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=rest), list(found))


def _dialect_insert(connection: Connection, table: Table) -> Any:
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert  # the dialect in use is loaded by now; the other one never is
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]
    return insert(table)


def _configure(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _configure_reader(connection: sqlite3.Connection, record: Any) -> None:
    _configure(connection, record)
    connection.execute("PRAGMA query_only=ON")
    connection.execute(f"PRAGMA cache_size=-{_READER_CACHE_KIB}")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
