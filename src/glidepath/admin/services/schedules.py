"""The rows that a scheduler reads: which launch plans to start, and when."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from glidepath.admin.errors import InvalidArgument
from glidepath.admin.store.rows import entity_key
from glidepath.admin.store.schema import schedulable_entities
from glidepath.idl import admin, core

_TABLE = schedulable_entities


def stop_schedules(connection: Connection, identifier: core.Identifier, now: datetime) -> None:
    """No version of a launch plan's name is started by the clock any more."""
    name = {"project": identifier.project, "domain": identifier.domain, "name": identifier.name}
    connection.execute(_TABLE.update().filter_by(active=True, **name).values(active=False, updated_at=now))


def start_schedule(connection: Connection, identifier: core.Identifier, schedule: admin.Schedule, now: datetime) -> None:
    """A version is started by the clock from now on, if it has a schedule.

    Raises InvalidArgument for the deprecated ``cron_expression``, which nothing schedules.
    """
    kind = schedule.WhichOneof("ScheduleExpression")
    if kind is None:
        return
    if kind == "cron_expression":
        raise InvalidArgument("failed adding schedule for unknown schedule expression type: use cron_schedule or rate")
    values: dict[str, Any] = {
        "cron_expression": schedule.cron_schedule.schedule,
        "fixed_rate_value": schedule.rate.value,
        "unit": schedule.rate.unit,
        "kickoff_time_input_arg": schedule.kickoff_time_input_arg,
        "active": True,
        "updated_at": now,
    }
    key = entity_key(identifier)
    known = connection.execute(select(_TABLE.c.id).filter_by(**key)).scalar_one_or_none()
    if known is None:
        connection.execute(_TABLE.insert().values(**key, **values, created_at=now))
    else:
        connection.execute(_TABLE.update().where(_TABLE.c.id == known).values(**values))
