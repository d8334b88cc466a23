"""Migrations of the schema, oldest first, in ``versions/``; each is frozen once released.

A new one: change ``schema.py``, write ``versions/NNNN_what.py`` with ``revision`` and ``down_revision``, set
``schema.SCHEMA_VERSION``. ``tests/admin/test_migrations.py`` holds both descriptions of the tables equal.
"""

from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


def upgrade(connection: Connection, target: str = "head") -> None:
    """Run the migrations between the version that the database is stamped with and ``target``, in the caller's transaction."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    script = ScriptDirectory.from_config(config)

    def steps(revision: Any, context: Any) -> Any:
        return script._upgrade_revs(target, revision)

    with EnvironmentContext(config, script, fn=steps, destination_rev=target) as environment:
        environment.configure(connection=connection, transactional_ddl=False)
        environment.run_migrations()
