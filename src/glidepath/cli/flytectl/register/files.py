"""``flytectl register files``: fill in what a package leaves open, upload its code, register everything, show a table."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from glidepath.cli.flytectl.command import Command, switch
from glidepath.cli.flytectl.context import Scope, Session, pass_session
from glidepath.cli.flytectl.register.bundle import upload_bundle
from glidepath.cli.flytectl.register.hydrate import Settings, hydrate
from glidepath.cli.flytectl.register.protos import parse
from glidepath.cli.flytectl.register.schedules import check, has_schedule
from glidepath.cli.flytectl.register.sources import Source, collect
from glidepath.cli.output import Column, render_documents
from glidepath.clients.registration import Entity, Outcome, Registration
from glidepath.errors import FlyteException, FlyteUserException
from glidepath.idl import admin

COLUMNS = (Column("Name", "name"), Column("Status", "status"), Column("Additional Info", "info"))
_NOT_TRIED = "Not tried, since another file failed"
_SUCCESS, _FAILED, _SKIPPED = "Success", "Failed", "Skipped"


@dataclass(frozen=True)
class Row:
    """What came of one file."""

    name: str
    status: str
    info: str

    def document(self) -> dict[str, str]:
        return {"name": self.name, "status": self.status, "info": self.info}


@dataclass(frozen=True)
class Run:
    """How a registration goes about its work."""

    archive: bool
    keep_going: bool
    dry_run: bool
    enable_schedules: bool


@click.command(cls=Command)
@click.argument("paths", nargs=-1, required=True, metavar="FILE...")
@switch("--archive", help="FILE is a .tgz, .tar.gz or .tar, on this machine or at an http(s) address.")
@click.option("--version", default="", help="Version of entities that have none.")
@switch("--force", help="Replace versions that the files hold by --version.")
@switch("keep_going", "--continueOnError", help="Go on after a file that fails.")
@switch("dry_run", "--dryRun", help="Do everything but upload and registration.")
@switch("enable_schedules", "--enableSchedule", help="Activate launch plans that have a schedule.")
@click.option("destination", "--destinationDirectory", default="", help="Folder for the code in containers.")
@click.option("iam_role", "--assumableIamRole", default="", help="IAM role of every launch plan.")
@click.option(
    "service_account", "--k8sServiceAccount", "--k8ServiceAccount", default="", help="Service account of every launch plan."
)
@click.option("output_prefix", "--outputLocationPrefix", default="", help="Where every launch plan writes outputs.")
@click.option("--sourceUploadPath", "source_upload_path", default="", expose_value=False, hidden=True)
@pass_session
def files(session: Session, /, *, paths: tuple[str, ...], **options: Any) -> None:
    """Register what `pyflyte package` or `pyflyte serialize` wrote. What is there already counts as a success.

    \b
    flytectl register files --archive wf.tgz -p flytesnacks -d development --version v1
    flytectl register files 'out/*.pb' -p flytesnacks -d development --version v1
    flytectl register files --archive https://example.com/wf.tgz -p flytesnacks -d development --version v1
    """
    scope = session.scope
    run = Run(**{key: options.pop(key) for key in ("archive", "keep_going", "dry_run", "enable_schedules")})
    settings = Settings(scope.project, scope.domain, **options)
    with tempfile.TemporaryDirectory(prefix="register") as folder:
        rows = _register(session, collect(paths, run.archive, Path(folder)), settings, run, Path(folder))
    render_documents([row.document() for row in rows], COLUMNS, session.output)
    failed = sum(row.status == _FAILED for row in rows)
    if failed:
        raise FlyteUserException(f"{failed} of {len(rows)} files failed to register", hint="the table above says why")


def _register(session: Session, sources: Sequence[Source], settings: Settings, run: Run, folder: Path) -> list[Row]:
    """A row for each file, in the order of the files."""
    rows: dict[str, Row] = {}
    settings = _with_code(session, sources, settings, run, rows, folder)
    entities: dict[str, Entity] = {}
    for source in sources:
        if source.bundle is None:
            _read(source, settings, entities, rows)
    _check_schedules(session, entities, rows, run)
    if rows and not run.keep_going:
        rows.update({name: Row(name, _SKIPPED, _NOT_TRIED) for name in entities if name not in rows})
    else:
        _send(session, {name: entity for name, entity in entities.items() if name not in rows}, run, rows)
    return [rows[source.name] for source in sources if source.name in rows]


def _with_code(
    session: Session, sources: Sequence[Source], settings: Settings, run: Run, rows: dict[str, Row], folder: Path
) -> Settings:
    """The settings with the address of the uploaded code; a dry run uploads nothing and leaves the placeholder."""
    for source in sources:
        if source.bundle is None or run.dry_run:
            continue
        try:
            address = upload_bundle(session.client, source.bundle, Scope(settings.project, settings.domain), folder)
        except FlyteException as error:
            rows[source.name] = Row(source.name, _FAILED, f"Error uploading file due to {error}")
        else:
            settings = replace(settings, code_address=address)
    return settings


def _read(source: Source, settings: Settings, entities: dict[str, Entity], rows: dict[str, Row]) -> None:
    try:
        entities[source.name] = hydrate(parse(source.name, source.data), settings)
    except FlyteException as error:
        rows[source.name] = Row(source.name, _FAILED, f"Error unmarshalling file due to {error}")


def _check_schedules(session: Session, entities: dict[str, Entity], rows: dict[str, Row], run: Run) -> None:
    for name, entity in entities.items():
        if run.dry_run or not isinstance(entity.spec, admin.LaunchPlan) or not has_schedule(entity.spec):
            continue
        try:
            check(entity.spec, list(entities.values()), session.client)
        except FlyteException as error:
            rows[name] = Row(name, _FAILED, f"Error hydrating spec due to {error}")


def _send(session: Session, entities: dict[str, Entity], run: Run, rows: dict[str, Row]) -> None:
    if run.dry_run:
        rows.update({name: Row(name, _SUCCESS, "Dryrun mode") for name in entities})
        return
    names = {id(entity): name for name, entity in entities.items()}
    for result in session.client.register_all(list(entities.values()), keep_going=run.keep_going):
        name = names[id(result.entity)]
        rows[name] = _row(name, result)
        if run.enable_schedules and has_schedule(result.entity.spec) and rows[name].status == _SUCCESS:
            rows[name] = _activated(session, name, result.entity, rows[name])


def _row(name: str, result: Registration) -> Row:
    if result.outcome is Outcome.CREATED:
        return Row(name, _SUCCESS, "Successfully registered file")
    if result.outcome is Outcome.UNCHANGED:
        return Row(name, _SUCCESS, "AlreadyExists")
    if result.outcome is Outcome.SKIPPED:
        return Row(name, _SKIPPED, _NOT_TRIED)
    return Row(name, _FAILED, f"Error registering file due to {result.error}")


def _activated(session: Session, name: str, entity: Entity, row: Row) -> Row:
    try:
        session.client.set_launch_plan_state(entity.id, active=True)
    except FlyteException as error:
        return Row(name, _FAILED, f"Error activating the schedule due to {error}")
    return row
