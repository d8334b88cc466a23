"""The lines that ``pyflyte register`` prints, one for each entity, as stock pyflyte words them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import click

from glidepath.authoring.launch_plans import LaunchPlan
from glidepath.clients.registration import Outcome, Registration
from glidepath.idl import core
from glidepath.remote import console
from glidepath.remote.deployment import Deployment
from glidepath.remote.handle import FlyteRemote

_KINDS = {
    core.ResourceType.TASK: "Task",
    core.ResourceType.WORKFLOW: "Workflow",
    core.ResourceType.LAUNCH_PLAN: "Launch Plan",
}
_DIFFERENT = "different structure already exists"
"""What a control plane says of a version that holds something else."""
_CONCURRENT_ACTIVATIONS = 16


def register_entities(remote: FlyteRemote, deployment: Deployment, activate_all: bool, *, dry_run: bool, links: bool) -> int:
    """Register what is prepared and print how it goes; returns the exit code.

    Launch plans that are to be activated (all of them, or those declared so) are activated when everything is registered.
    """
    if dry_run:
        for spec in deployment.specs:
            click.echo(_line(spec.id, ["Dry run Mode"]))
        return _summary(len(deployment.specs), 0, 0)
    plans = _to_activate(deployment, activate_all)

    def show(result: Registration) -> None:
        identifier = result.entity.id
        if result.error is not None:
            click.echo(_failed(identifier, str(result.error)))
        elif identifier.name not in plans or identifier.resource_type != core.ResourceType.LAUNCH_PLAN:
            click.echo(_line(identifier, _notes(result), console.entity_url(remote.config, identifier) if links else ""))

    results = remote.client.register_all(deployment.entities, on_result=show)
    failed = sum(result.outcome is Outcome.FAILED for result in results)
    skipped = sum(result.outcome is Outcome.SKIPPED for result in results)
    if not failed and plans:
        _activate(remote, [result for result in results if _is_plan(result, plans)])
    if any(_DIFFERENT in str(result.error) for result in results):
        click.echo("  try: register under another --version, or leave --version out", err=True)
    return _summary(len(results), failed, skipped)


def _to_activate(deployment: Deployment, all_plans: bool) -> set[str]:
    plans = [spec.entity for spec in deployment.specs if isinstance(spec.entity, LaunchPlan)]
    return {plan.name for plan in plans if all_plans or plan.settings.auto_activate}


def _is_plan(result: Registration, names: set[str]) -> bool:
    return result.entity.id.resource_type == core.ResourceType.LAUNCH_PLAN and result.entity.id.name in names


def _activate(remote: FlyteRemote, results: list[Registration]) -> None:
    def activate(result: Registration) -> Registration:
        remote.client.set_launch_plan_state(result.entity.id, active=True)
        return result

    with ThreadPoolExecutor(max_workers=_CONCURRENT_ACTIVATIONS, thread_name_prefix="activate") as pool:
        for result in pool.map(activate, results):
            click.echo(_line(result.entity.id, [*_notes(result), "Activated"]))


def _notes(result: Registration) -> list[str]:
    return ["unchanged"] if result.outcome is Outcome.UNCHANGED else []


def _line(identifier: core.Identifier, notes: list[str], url: str = "") -> str:
    text = f"{click.style('[✔]', fg='green')} {_KINDS[identifier.resource_type]}: {identifier.name}"
    noted = f" ({', '.join(notes)})" if notes else ""
    return f"{text}{noted} {url}".rstrip()


def _failed(identifier: core.Identifier, error: str) -> str:
    return f"{click.style('[✘]', fg='red')} {_KINDS[identifier.resource_type]}: {identifier.name} with: {error} (Failed)"


def _summary(count: int, failed: int, skipped: int) -> int:
    if not failed:
        click.secho(f"Successfully registered {count} entities", fg="green")
        return 0
    tried = f"; {skipped} were not tried" if skipped else ""
    click.secho(f"{failed} of {count} entities failed{tried}", fg="red", err=True)
    return 1
