"""The tables of the control plane, as SQLAlchemy Core. Column names are FlyteAdmin's, since filters and sorts name them.

Reference: flytectl-and-admin.md, E1. Deliberate differences: node executions name their parent by unique node id
(``parent_id``), so that a page of children is one index range; foreign keys with cascades everywhere, so that deleting an
execution leaves nothing; no soft-deletion column. Blobs (protobuf) are the last columns of a row, so that what only reads the
first ones does not page them in.

:data:`SCHEMA_VERSION` is the newest migration in ``migrations/versions``; a test holds the two descriptions equal.
"""

from datetime import datetime, timezone
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

SCHEMA_VERSION = "0003"

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_name)s_key",
    }
)


class Instant(TypeDecorator[datetime]):
    """A point in time: an aware datetime (UTC) on the Python side, microseconds."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or dialect.name != "sqlite":
            return value
        return value.astimezone(timezone.utc).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=timezone.utc)


ROW_ID = BigInteger().with_variant(Integer, "sqlite")
EXECUTION_KEY = ("execution_project", "execution_domain", "execution_name")
NODE_KEY = (*EXECUTION_KEY, "node_id")
ENTITY_KEY = ("project", "domain", "name", "version")


def _id() -> Column[Any]:
    return Column("id", ROW_ID, primary_key=True)


def _times() -> tuple[Column[Any], Column[Any]]:
    return Column("created_at", Instant, nullable=False), Column("updated_at", Instant, nullable=False)


def _names(*names: str) -> list[Column[Any]]:
    return [Column(name, String, nullable=False) for name in names]


def _execution_fk(name: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(EXECUTION_KEY, [f"executions.{c}" for c in EXECUTION_KEY], name=name, ondelete="CASCADE")


def _partial_index(name: str, *columns: str, filled: str = "") -> Index:
    """An index of the rows whose first (or ``filled``) column is not empty."""
    condition = text(f"{filled or columns[0]} IS NOT NULL")
    return Index(name, *columns, sqlite_where=condition, postgresql_where=condition)


def _listings(*columns: str) -> list[Index]:
    """Indexes for a project's and domain's executions in the order of a column."""
    return [Index(f"executions_{column}", "execution_project", "execution_domain", column, "id") for column in columns]


def _active_listings(*columns: str, partial: bool = False) -> list[Index]:
    """Indexes for the newest executions with one value of a column.

    They begin with ``state``, which every list fixes unless it is asked not to: SQLite takes the index that fixes most.
    """
    indexes = []
    for column in columns:
        keys = ("execution_project", "execution_domain", "state", column, "created_at", "id")
        name = f"executions_{column}"
        indexes.append(_partial_index(name, *keys, filled=column) if partial else Index(name, *keys))
    return indexes


projects = Table(
    "projects",
    metadata,
    _id(),
    Column("identifier", String, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("description", String, nullable=False),
    Column("state", Integer, nullable=False),
    *_times(),
    Column("labels", LargeBinary, nullable=False),
    Index("projects_created", "created_at", "id"),
    Index("projects_name", "name", "id"),
)

tasks = Table(
    "tasks",
    metadata,
    _id(),
    *_names(*ENTITY_KEY),
    Column("type", String, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("short_description", Text, nullable=False),
    *_times(),
    Column("closure", LargeBinary, nullable=False),
    UniqueConstraint(*ENTITY_KEY),
    Index("tasks_created", "project", "domain", "created_at", "id"),
    Index("tasks_versions", "project", "domain", "name", "created_at", "id"),
    Index("tasks_updated", "project", "domain", "updated_at", "id"),
    Index("tasks_type", "project", "domain", "type", "created_at", "id"),
    Index("tasks_name", "name"),
)

workflows = Table(
    "workflows",
    metadata,
    _id(),
    *_names(*ENTITY_KEY),
    Column("digest", LargeBinary, nullable=False),
    Column("short_description", Text, nullable=False),
    *_times(),
    Column("remote_closure_identifier", String, nullable=False),
    Column("typed_interface", LargeBinary, nullable=False),
    UniqueConstraint(*ENTITY_KEY),
    Index("workflows_created", "project", "domain", "created_at", "id"),
    Index("workflows_versions", "project", "domain", "name", "created_at", "id"),
    Index("workflows_updated", "project", "domain", "updated_at", "id"),
    Index("workflows_name", "name"),
)

launch_plans = Table(
    "launch_plans",
    metadata,
    _id(),
    *_names(*ENTITY_KEY),
    Column("workflow_id", ROW_ID, ForeignKey("workflows.id", ondelete="CASCADE"), nullable=False),
    Column("state", Integer, nullable=False),
    Column("schedule_type", String, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    *_times(),
    Column("spec", LargeBinary, nullable=False),
    Column("closure", LargeBinary, nullable=False),
    UniqueConstraint(*ENTITY_KEY),
    Index("launch_plans_created", "project", "domain", "created_at", "id"),
    Index("launch_plans_versions", "project", "domain", "name", "created_at", "id"),
    Index("launch_plans_updated", "project", "domain", "updated_at", "id"),
    Index("launch_plans_workflow", "workflow_id", "created_at", "id"),
    Index("launch_plans_name", "name"),
    Index(
        "launch_plans_active",
        "project",
        "domain",
        "name",
        unique=True,
        sqlite_where=text("state = 1"),
        postgresql_where=text("state = 1"),
    ),
)

schedulable_entities = Table(
    "schedulable_entities",
    metadata,
    _id(),
    *_names(*ENTITY_KEY),
    Column("cron_expression", String, nullable=False),
    Column("fixed_rate_value", Integer, nullable=False),
    Column("unit", Integer, nullable=False),
    Column("kickoff_time_input_arg", String, nullable=False),
    Column("active", Boolean, nullable=False),
    *_times(),
    UniqueConstraint(*ENTITY_KEY),
    ForeignKeyConstraint(
        ENTITY_KEY, [f"launch_plans.{c}" for c in ENTITY_KEY], name="schedulable_entities_plan_fkey", ondelete="CASCADE"
    ),
)

named_entity_metadata = Table(
    "named_entity_metadata",
    metadata,
    _id(),
    Column("resource_type", Integer, nullable=False),
    *_names("project", "domain", "name"),
    Column("description", String, nullable=False),
    Column("state", Integer, nullable=False),
    *_times(),
    UniqueConstraint("resource_type", "project", "domain", "name"),
    Index("named_entities_created", "resource_type", "project", "domain", "created_at", "id"),
    Index("named_entities_updated", "resource_type", "project", "domain", "updated_at", "id"),
)
"""One row for each name that has a version: what lists of names read, instead of a DISTINCT over all versions."""

description_entities = Table(
    "description_entities",
    metadata,
    _id(),
    Column("resource_type", Integer, nullable=False),
    *_names(*ENTITY_KEY),
    Column("short_description", Text, nullable=False),
    Column("link", String, nullable=False),
    *_times(),
    Column("long_description", LargeBinary, nullable=False),
    UniqueConstraint("resource_type", *ENTITY_KEY),
    Index("descriptions_created", "resource_type", "project", "domain", "created_at", "id"),
)

executions = Table(
    "executions",
    metadata,
    _id(),
    *_names(*EXECUTION_KEY),
    Column("phase", String, nullable=False),
    Column("state", Integer, nullable=False),
    Column("mode", Integer, nullable=False),
    Column("launch_entity", String, nullable=False),
    Column("launch_plan_id", ROW_ID, ForeignKey("launch_plans.id", ondelete="SET NULL")),
    Column("workflow_id", ROW_ID, ForeignKey("workflows.id", ondelete="SET NULL")),
    Column("task_id", ROW_ID, ForeignKey("tasks.id", ondelete="SET NULL")),
    Column("workflow_name", String, nullable=False),
    Column("launch_plan_name", String),
    Column("task_name", String),
    Column("started_at", Instant),
    Column("duration", BigInteger),
    Column("abort_cause", Text, nullable=False),
    Column("error_kind", String),
    Column("error_code", String),
    Column("user", String, nullable=False),
    Column("cluster", String, nullable=False),
    Column("source_execution_id", ROW_ID, ForeignKey("executions.id", ondelete="SET NULL")),
    Column(
        "parent_node_execution_id",
        ROW_ID,
        ForeignKey("node_executions.id", ondelete="SET NULL", use_alter=True, name="executions_parent_node_fkey"),
    ),
    Column("inputs_uri", String, nullable=False),
    Column("user_inputs_uri", String, nullable=False),
    *_times(),
    Column("state_change", LargeBinary, nullable=False),
    Column("spec", LargeBinary, nullable=False),
    Column("closure", LargeBinary, nullable=False),
    Column("engine_state", LargeBinary),
    UniqueConstraint(*EXECUTION_KEY),
    *_listings("created_at", "updated_at", "started_at", "duration"),
    *_active_listings("phase", "user", "workflow_name", "launch_plan_name", "workflow_id", "launch_plan_id"),
    *_active_listings("task_name", "error_kind", partial=True),
    Index("executions_listed", "execution_project", "execution_domain", "state", "created_at", "id"),
    Index("executions_running", "launch_plan_id", "phase"),
    _partial_index("executions_source", "source_execution_id"),
    _partial_index("executions_parent_node", "parent_node_execution_id"),
    Index(
        "executions_live",
        "id",
        sqlite_where=text("phase NOT IN ('SUCCEEDED', 'FAILED', 'ABORTED', 'TIMED_OUT')"),
        postgresql_where=text("phase NOT IN ('SUCCEEDED', 'FAILED', 'ABORTED', 'TIMED_OUT')"),
    ),
)
"""``duration`` in nanoseconds; ``phase`` by name; ``spec`` ExecutionSpec.

``closure`` (ExecutionClosure) is the orchestrator's while the execution lives, which is why ``state_change``
(ExecutionStateChangeDetails) stands beside it; ``engine_state`` is the engine's own row and only the orchestrator reads it.
``workflow_name`` and its like repeat what the ids lead to, so that "the newest runs of this workflow" is one index range over
all its versions. ``executions_live`` answers what a starting server has to go on with. FlyteAdmin's ``execution_created_at``
and ``execution_updated_at`` are ``created_at`` and ``updated_at`` here.
"""

execution_tags = Table(
    "execution_tags",
    metadata,
    *_names(*EXECUTION_KEY, "key", "value"),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint(*EXECUTION_KEY, "key", "value", name="execution_tags_once"),
    _execution_fk("execution_tags_execution_fkey"),
    Index("execution_tags_value", "key", "value", *EXECUTION_KEY),
)

node_executions = Table(
    "node_executions",
    metadata,
    _id(),
    *_names(*NODE_KEY),
    Column("phase", String, nullable=False),
    Column("parent_id", String),
    Column(
        "parent_task_execution_id",
        ROW_ID,
        ForeignKey("task_executions.id", ondelete="CASCADE", use_alter=True, name="node_executions_parent_task_fkey"),
    ),
    Column("input_uri", String, nullable=False),
    Column("node_execution_created_at", Instant, nullable=False),
    Column("node_execution_updated_at", Instant, nullable=False),
    Column("started_at", Instant),
    Column("duration", BigInteger),
    Column("error_kind", String),
    Column("error_code", String),
    Column("cache_status", String),
    Column("dynamic_workflow_remote_closure_reference", String, nullable=False),
    *_times(),
    Column("node_execution_metadata", LargeBinary, nullable=False),
    Column("closure", LargeBinary, nullable=False),
    Column("engine_state", LargeBinary),
    UniqueConstraint(*NODE_KEY, name="node_executions_once"),
    _execution_fk("node_executions_execution_fkey"),
    Index("node_executions_children", *EXECUTION_KEY, "parent_id", "created_at", "id"),
    Index("node_executions_parent_task", "parent_task_execution_id", "created_at", "id"),
)
"""``node_id`` is the unique node id (``n0-0-n1``) and ``parent_id`` the parent's, NULL at the top. ``closure`` is a
NodeExecutionClosure and ``node_execution_metadata`` a NodeExecutionMetaData."""

task_executions = Table(
    "task_executions",
    metadata,
    _id(),
    *_names(*ENTITY_KEY),
    *_names(*NODE_KEY),
    Column("retry_attempt", Integer, nullable=False),
    Column("phase", String, nullable=False),
    Column("phase_version", Integer, nullable=False),
    Column("input_uri", String, nullable=False),
    Column("task_execution_created_at", Instant, nullable=False),
    Column("task_execution_updated_at", Instant, nullable=False),
    Column("started_at", Instant),
    Column("duration", BigInteger),
    *_times(),
    Column("closure", LargeBinary, nullable=False),
    Column("engine_state", LargeBinary),
    UniqueConstraint(*NODE_KEY, "retry_attempt", name="task_executions_once"),
    ForeignKeyConstraint(
        NODE_KEY, [f"node_executions.{c}" for c in NODE_KEY], name="task_executions_node_fkey", ondelete="CASCADE"
    ),
    Index("task_executions_created", *NODE_KEY, "created_at", "id"),
)
"""One row per attempt; ``project`` to ``version`` are the task's."""

signals = Table(
    "signals",
    metadata,
    _id(),
    *_names(*EXECUTION_KEY, "signal_id"),
    *_times(),
    Column("type", LargeBinary, nullable=False),
    Column("value", LargeBinary),
    UniqueConstraint(*EXECUTION_KEY, "signal_id", name="signals_once"),
    _execution_fk("signals_execution_fkey"),
    Index("signals_created", *EXECUTION_KEY, "created_at", "id"),
)

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
"""What the cache knows of a task with one cache version and one interface; ``dataset`` is a datacatalog.Dataset."""

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
"""Kept outputs. ``data`` (LiteralMap) stands in the row while it is small, else at ``data_uri``; ``gone`` is the URI that was
missing when somebody last asked, empty while all is there. ``source`` is the attempt (TaskExecutionIdentifier) that made them,
``inputs`` what it was given, name by name (:mod:`glidepath.engine.cache_differences`); both only where this engine wrote them.
``artifact`` is a datacatalog.Artifact without data and tags."""

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
    _partial_index("reservations_execution", *EXECUTION_KEY, filled="execution_name"),
)
"""Who computes an artifact that others wait for; ``project`` to ``version`` are the dataset's, which need not exist yet.

A node of this engine holds one until it ends, whatever happens to the server meanwhile; an engine outside, which has neither
``execution_…`` nor ``node_id`` here, until ``expires_at``."""

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
"""The items of arrays, light: an array may have a hundred thousand. ``item`` is the index, ``phase`` what clients see of it
(TaskExecution.Phase), ``node_phase`` the engine's (NodeExecution.Phase), ``launched`` the execution that runs it if it is a
launch plan's, ``message`` why it failed. ``resources`` (TaskExecutionMetadata) has logs and earlier attempts, if there are
any; ``engine_state`` is there while the item lives; ``outputs`` (LiteralMap) once it succeeded, unless they are ``stored`` (1)
where its last attempt wrote them."""

alembic_version = Table("alembic_version", metadata, Column("version_num", String(32), primary_key=True))
