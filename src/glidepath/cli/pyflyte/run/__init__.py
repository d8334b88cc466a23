"""``pyflyte run``: the options of the group; files and remote entities are its commands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from glidepath.cli.lazy import Entry, LazyGroup, uncollected
from glidepath.cli.pyflyte.options import env_option, image_option, key_values, labels, resource_options, scope_options
from glidepath.cli.pyflyte.run.settings import RunSettings
from glidepath.cli.pyflyte.session import Session

_FILES = "glidepath.cli.pyflyte.run.file"
_REMOTE = "glidepath.cli.pyflyte.run.remote_entity"
_REMOTE_COMMANDS = {
    "remote-launchplan": Entry(f"{_REMOTE}:launch_plans", "Run a launch plan of the control plane: NAME, or NAME:VERSION."),
    "remote-workflow": Entry(f"{_REMOTE}:workflows", "Run a workflow of the control plane: NAME, or NAME:VERSION."),
    "remote-task": Entry(f"{_REMOTE}:tasks", "Run a task of the control plane: NAME, or NAME:VERSION."),
}


class RunGroup(LazyGroup):
    """The Python files of this folder, and the three kinds of remote entities."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*sorted(path.name for path in Path.cwd().glob("*.py") if path.name != "__init__.py"), *self.table]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self.table:
            return super().get_command(ctx, cmd_name)
        # Files load the authoring names; help and remote entities do not need them.
        with uncollected(_FILES):
            from glidepath.cli.pyflyte.run.file import FileGroup

        return FileGroup(cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        files = [(name, f"Run an entity of {name}.") for name in self.list_commands(ctx) if name not in self.table]
        with formatter.section("Commands"):
            formatter.write_dl([*files, *((name, entry.help) for name, entry in self.table.items())])


@click.group("run", cls=RunGroup, table=_REMOTE_COMMANDS, subcommand_metavar="FILE|remote-… ENTITY [INPUTS]...")
@click.option("-r", "--remote", is_flag=True, is_eager=True, help="Register and run on the control plane, not here.")
@click.option("--wait", "--wait-execution", is_flag=True, help="With --remote: wait for the end; exit 255 if it failed.")
@click.option("--poll-interval", type=float, metavar="SECONDS", help="With --wait. [default: 50 ms at first, 2 s later]")
@scope_options
@click.option("--name", help="Name of the execution.")
@image_option
@click.option(
    "--copy",
    type=click.Choice(["all", "auto"], case_sensitive=False),
    default="auto",
    show_default=True,
    help="Code that goes along: every file below the root, or the loaded modules only.",
)
@click.option("--copy-all", is_flag=True, hidden=True, help="Deprecated; use --copy all.")
@click.option("--destination-dir", default=".", show_default=True, metavar="DIR", help="Where tasks find the code.")
@env_option
@resource_options
@click.option("--service-account", default="", help="Kubernetes service account of the execution.")
@click.option("--tags", "--tag", "tags", multiple=True, help="Tag of the execution. Repeatable.")
@click.option("--labels", "--label", "labels", multiple=True, callback=labels, metavar="KEY[=VALUE]", help="Repeatable.")
@click.option(
    "--annotations", "--annotation", "annotations", multiple=True, callback=key_values, metavar="KEY=VALUE", help="Repeatable."
)
@click.option(
    "--raw-output-data-prefix",
    "--raw-data-prefix",
    "raw_output_data_prefix",
    metavar="URI",
    help="Where files and data sets go.",
)
@click.option(
    "--max-parallelism",
    type=click.IntRange(min=0),
    metavar="N",
    help="Nodes at a time; 0: as the launch plan says, else the server.",
)
@click.option("--interruptible", type=bool, metavar="BOOL", help="Whether nodes may run on machines that can be taken away.")
@click.option(
    "--overwrite-cache", is_flag=True, help="Run tasks even if the cache knows their outputs, and store the new ones."
)
@click.option("--disable-notifications", is_flag=True, help="Send none.")
@click.option("--cluster-pool", default="", help="Pool of clusters for the execution.")
@click.option("--execution-cluster-label", "--ecl", "execution_cluster_label", default="", help="Label of clusters for it.")
@click.option(
    "--signal",
    "signals",
    multiple=True,
    callback=key_values,
    metavar="GATE=VALUE",
    help="Value of a gate (approve, wait_for_input) of a local run, which asks on the terminal otherwise. Repeatable.",
)
@click.option("--recover", metavar="EXECUTION", help="With --remote: take over what succeeded in it and still fits.")
@click.option("--from-node", metavar="NODE", help="With --recover: run this node again, and what depends on it.")
@click.option("--dump-snippet", is_flag=True, help="Print Python code that fetches the execution.")
@click.option("--limit", default=50, show_default=True, help="How many names remote-… lists.")
@click.pass_context
def run(ctx: click.Context, /, **parameters: Any) -> None:
    """Run a workflow, task or launch plan of a file: in this process, or with --remote on the control plane.

    Options of the run come before the file, inputs after the entity.

    \b
    pyflyte run hello.py hello_wf --name Ada
    pyflyte run --remote --wait hello.py hello_wf --name Ada
    pyflyte run hello.py hello_wf --inputs-file inputs.yaml
    pyflyte run remote-launchplan hello.hello_wf --name Ada
    """
    if parameters["copy_all"]:
        click.secho("--copy-all is deprecated; use --copy all", fg="yellow", err=True)
    remote = parameters["remote"] or (ctx.invoked_subcommand or "").startswith("remote-")
    if parameters["signals"] and remote:
        raise click.UsageError(
            "--signal is for local runs; on a control plane: pyflyte execution --execution-id NAME set-signal."
        )
    if parameters["recover"] and not remote:
        raise click.UsageError("--recover takes over from an execution of a control plane; it needs --remote.")
    if parameters["from_node"] and not parameters["recover"]:
        raise click.UsageError("--from-node says where a recovery begins; it needs --recover EXECUTION.")


def settings_of(ctx: click.Context) -> tuple[Session, RunSettings]:
    """The flags of ``pyflyte`` and of ``pyflyte run`` around a command."""
    group: click.Context | None = ctx
    while group is not None and group.command is not run:
        group = group.parent
    return ctx.ensure_object(Session), RunSettings.of(group.params if group else {})
