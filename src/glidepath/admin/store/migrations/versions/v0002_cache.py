"""The cache: datasets of tasks, their artifacts under tags, and who reserves which. Frozen."""

from typing import Any

from alembic import op
from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)

revision = "0002"
down_revision = "0001"

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_name)s_key",
    }
)

Instant = DateTime(timezone=True)
ROW_ID = BigInteger().with_variant(Integer, "sqlite")
ENTITY_KEY = ("project", "domain", "name", "version")
EXECUTION_KEY = ("execution_project", "execution_domain", "execution_name")


def _id() -> Column[Any]:
    return Column("id", ROW_ID, primary_key=True)


def _times() -> tuple[Column[Any], Column[Any]]:
    return Column("created_at", Instant, nullable=False), Column("updated_at", Instant, nullable=False)


def _names(*names: str) -> list[Column[Any]]:
    return [Column(name, String, nullable=False) for name in names]


datasets = Table(
    "datasets",
    metadata,
    _id(),
    *_names(*ENTITY_KEY),
    *_times(),
    Column("uuid", String, nullable=False),
    Column("dataset", LargeBinary, nullable=False),
    UniqueConstraint(*ENTITY_KEY),
)

artifacts = Table(
    "artifacts",
    metadata,
    _id(),
    Column("dataset_id", ROW_ID, ForeignKey("datasets.id", ondelete="CASCADE"), nullable=False),
    Column("artifact_id", String, nullable=False),
    *_times(),
    Column("data_uri", String, nullable=False),
    Column("gone", String, nullable=False),
    Column("artifact", LargeBinary, nullable=False),
    Column("data", LargeBinary),
    Column("source", LargeBinary),
    Column("inputs", LargeBinary),
    UniqueConstraint("dataset_id", "artifact_id", name="artifacts_once"),
    Index("artifacts_created", "dataset_id", "created_at", "id"),
)

artifact_tags = Table(
    "artifact_tags",
    metadata,
    _id(),
    Column("dataset_id", ROW_ID, ForeignKey("datasets.id", ondelete="CASCADE"), nullable=False),
    Column("tag_name", String, nullable=False),
    Column("artifact_row", ROW_ID, ForeignKey("artifacts.id", ondelete="CASCADE"), nullable=False),
    *_times(),
    UniqueConstraint("dataset_id", "tag_name", name="artifact_tags_once"),
    Index("artifact_tags_artifact", "artifact_row"),
)

reservations = Table(
    "reservations",
    metadata,
    _id(),
    *_names(*ENTITY_KEY, "tag_name", "owner_id"),
    *(Column(name, String) for name in (*EXECUTION_KEY, "node_id")),
    Column("expires_at", Instant),
    *_times(),
    UniqueConstraint(*ENTITY_KEY, "tag_name", name="reservations_once"),
    Index(
        "reservations_execution",
        *EXECUTION_KEY,
        sqlite_where=text("execution_name IS NOT NULL"),
        postgresql_where=text("execution_name IS NOT NULL"),
    ),
)


def upgrade() -> None:
    """Create the tables of the cache."""
    metadata.create_all(op.get_bind())
