"""What each kind of entity may be filtered and sorted by: its table, its field names, and the entities it can be narrowed by.

Reference: flytectl-and-admin.md, B4.
"""

import re
from dataclasses import dataclass, field

from sqlalchemy import Column, LargeBinary, Table

from glidepath.admin.store import schema


@dataclass(frozen=True)
class Link:
    """How rows of one table point at rows of another: the columns here, and those there, in the same order."""

    entity: "Entity"
    here: tuple[str, ...]
    there: tuple[str, ...]


@dataclass(frozen=True)
class Entity:
    """A kind of entity in filters.

    ``aliases`` maps field names of the API to columns; ``links`` other prefixes to joins; ``copies`` a linked entity's field
    (``workflow.name``) to the column here that repeats it.
    """

    name: str
    table: Table
    aliases: dict[str, str] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    copies: dict[str, str] = field(default_factory=dict)

    def column(self, key: str) -> Column[object] | None:
        """The column behind a field name (``createdAt`` means ``created_at``); None when there is none to compare."""
        snake = re.sub(r"(?<=[a-z])([A-Z])", lambda match: "_" + match.group(1).lower(), key)
        column = self.table.columns.get(self.aliases.get(snake, snake))
        return None if column is None or isinstance(column.type, LargeBinary) else column


_EXECUTION_NAMES = {"project": "execution_project", "domain": "execution_domain", "name": "execution_name"}

PROJECT = Entity("project", schema.projects)
TASK = Entity("task", schema.tasks)
WORKFLOW = Entity("workflow", schema.workflows)
LAUNCH_PLAN = Entity("launch_plan", schema.launch_plans, links={"workflow": Link(WORKFLOW, ("workflow_id",), ("id",))})
_TAG = Entity("execution_tag", schema.execution_tags)
_ADMIN_TAG = Entity("admin_tag", schema.execution_tags, aliases={"name": "key"})
EXECUTION = Entity(
    "execution",
    schema.executions,
    aliases={**_EXECUTION_NAMES, "execution_created_at": "created_at", "execution_updated_at": "updated_at"},
    copies={"workflow.name": "workflow_name", "launch_plan.name": "launch_plan_name", "task.name": "task_name"},
    links={
        "launch_plan": Link(LAUNCH_PLAN, ("launch_plan_id",), ("id",)),
        "workflow": Link(WORKFLOW, ("workflow_id",), ("id",)),
        "task": Link(TASK, ("task_id",), ("id",)),
        "execution_tag": Link(_TAG, schema.EXECUTION_KEY, schema.EXECUTION_KEY),
        "admin_tag": Link(_ADMIN_TAG, schema.EXECUTION_KEY, schema.EXECUTION_KEY),
        "execution_admin_tag": Link(_ADMIN_TAG, schema.EXECUTION_KEY, schema.EXECUTION_KEY),
    },
)
NODE_EXECUTION = Entity(
    "node_execution",
    schema.node_executions,
    aliases=_EXECUTION_NAMES,
    links={"execution": Link(EXECUTION, schema.EXECUTION_KEY, schema.EXECUTION_KEY)},
)
TASK_EXECUTION = Entity(
    "task_execution",
    schema.task_executions,
    aliases=_EXECUTION_NAMES,
    links={
        "task": Link(TASK, schema.ENTITY_KEY, schema.ENTITY_KEY),
        "execution": Link(EXECUTION, schema.EXECUTION_KEY, schema.EXECUTION_KEY),
        "node_execution": Link(NODE_EXECUTION, schema.NODE_KEY, schema.NODE_KEY),
    },
)
_NAMED_ENTITY_METADATA = Entity("named_entity_metadata", schema.named_entity_metadata)
NAMED_ENTITY = Entity(
    "entities",
    schema.named_entity_metadata,
    links={"named_entity_metadata": Link(_NAMED_ENTITY_METADATA, ("id",), ("id",))},
)
SIGNAL = Entity("signal", schema.signals, aliases=_EXECUTION_NAMES)
DESCRIPTION = Entity("description_entity", schema.description_entities)
