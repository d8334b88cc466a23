"""The schema of a database, brought to the version that this code needs.

An up-to-date database costs one query. A new one gets its tables in one go and is stamped with the newest version. Only an
older one loads alembic (0.4 s) and runs migrations.
"""

from sqlalchemy import Connection, Engine, MetaData, inspect, select, text

from glidepath.admin.store.schema import SCHEMA_VERSION, alembic_version, metadata
from glidepath.errors import FlyteSystemException

_UPGRADE_LOCK = 0x476C6964  # "Glid": any number that no other program of this database takes


def bring_up_to_date(engine: Engine) -> None:
    """Create or migrate the tables. Safe when several servers start at once: one does it, the others wait and find it done."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})
        version = schema_version(connection)
        if version == SCHEMA_VERSION:
            return
        if version is None:
            _create_tables(connection)
            connection.execute(alembic_version.insert().values(version_num=SCHEMA_VERSION))
        elif version > SCHEMA_VERSION:
            raise FlyteSystemException(
                f"the database has schema version {version}, but this Glidepath knows versions up to {SCHEMA_VERSION}",
                where=engine.url.render_as_string(hide_password=True),
                hint="start the newer Glidepath that wrote it, or use another data folder",
            )
        else:
            from glidepath.admin.store.migrations import upgrade  # alembic: only where a migration must run

            upgrade(connection)


def schema_version(connection: Connection) -> str | None:
    """The version that the database is stamped with; None when it has no tables."""
    if not inspect(connection).has_table(alembic_version.name):
        return None
    return connection.execute(select(alembic_version.c.version_num)).scalar_one_or_none()


def _create_tables(connection: Connection) -> None:
    """Create every table, from a copy: SQLAlchemy marks what it adds by ALTER on Postgres, and SQLite would leave that out."""
    copy = MetaData(naming_convention=metadata.naming_convention)
    for table in metadata.tables.values():
        table.to_metadata(copy)
    copy.create_all(connection)
