"""The items of arrays. Frozen."""

from alembic import op
from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, MetaData, String, Table, Text

revision = "0003"
down_revision = "0002"

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_name)s_key",
    }
)

ROW_ID = BigInteger().with_variant(Integer, "sqlite")

# Named so that the foreign key below can be created; the first migration made it.
Table("node_executions", metadata, Column("id", ROW_ID, primary_key=True))

array_items = Table(
    "array_items",
    metadata,
    Column(
        "node_execution_id", ROW_ID, ForeignKey("node_executions.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("item", Integer, primary_key=True, autoincrement=False),
    Column("phase", Integer, nullable=False),
    Column("node_phase", Integer, nullable=False),
    Column("retry_attempt", Integer, nullable=False),
    Column("cache_status", Integer, nullable=False),
    Column("stored", Integer, nullable=False),
    Column("launched", String, nullable=False),
    Column("message", Text, nullable=False),
    Column("resources", LargeBinary),
    Column("engine_state", LargeBinary),
    Column("outputs", LargeBinary),
    sqlite_with_rowid=False,
)


def upgrade() -> None:
    """Create the table of items."""
    array_items.create(op.get_bind())
