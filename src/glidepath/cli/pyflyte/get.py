"""``pyflyte get launchplan``: list launch plans, or show one."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click

from glidepath.cli.output import Column, Document, Format, document_of, look_up, render
from glidepath.cli.pyflyte.options import scope_options
from glidepath.cli.pyflyte.session import Session, pass_session
from glidepath.clients.pages import Query
from glidepath.idl import admin
from glidepath.remote.handle import FlyteRemote


def _schedule(document: Document) -> str:
    schedule = "spec.entityMetadata.schedule"
    cron = look_up(document, f"{schedule}.cronSchedule.schedule") or look_up(document, f"{schedule}.cronExpression")
    if cron:
        return cron
    value, unit = look_up(document, f"{schedule}.rate.value"), look_up(document, f"{schedule}.rate.unit") or "MINUTE"
    return f"every {value} {unit.lower()}{'' if value == '1' else 's'}" if value else ""


def _state(document: Document) -> str:
    # Protobuf's JSON leaves out the first value of an enumeration.
    return look_up(document, "closure.state") or "INACTIVE"


COLUMNS = (
    Column("Name", "id.name"),
    Column("Version", "id.version"),
    Column("State", _state),
    Column("Schedule", _schedule),
)


@click.group("get")
def get() -> None:
    """Show what the control plane holds."""


@get.command("launchplan", short_help="List launch plans, or show one.")
@scope_options
@click.option("--active-only", "--scheduled", "active_only", is_flag=True, help="Only launch plans with an active version.")
@click.option("-l", "--limit", default=1000, show_default=True, help="How many at most.")
@click.argument("name", required=False)
@click.argument("version", required=False)
@pass_session
def launchplan(
    session: Session,
    project: str | None,
    domain: str | None,
    active_only: bool,
    limit: int,
    name: str | None,
    version: str | None,
) -> None:
    """List launch plans, the versions of NAME, or show one VERSION as JSON.

    \b
    pyflyte get launchplan --active-only
    pyflyte get launchplan my_module.nightly v3
    """
    with session.remote(project, domain) as remote:
        if name and version:
            plan = remote.fetch_launch_plan(name=name, version=version)
            click.echo(json.dumps(document_of(plan.message), indent=2, ensure_ascii=False))
            return
        plans = _plans(remote, name or "", active_only, Query(limit=limit))
        render(list(plans), COLUMNS, Format.TABLE)


def _plans(remote: FlyteRemote, name: str, active_only: bool, query: Query) -> Iterator[admin.LaunchPlan]:
    scope = (remote.default_project, remote.default_domain)
    if not active_only:
        return remote.client.launch_plans(*scope, name, query)
    active = remote.client.active_launch_plans(*scope, query)
    return (plan for plan in active if not name or plan.id.name == name)
