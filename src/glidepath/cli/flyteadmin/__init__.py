"""``flyteadmin``: the control plane as a program."""

from typing import NoReturn

from glidepath.cli.errors import Program, run
from glidepath.cli.lazy import Entry, LazyGroup

_HERE = "glidepath.cli.flyteadmin"

root = LazyGroup(
    "flyteadmin",
    help="""Run a control plane.

    \b
    flyteadmin serve                                  gRPC on 8089, HTTP on 8088
    flyteadmin serve --single-port 30080              both on one port
    flyteadmin migrate --data /var/lib/glidepath      bring the database up to date, then end
    """,
    table={
        "serve": Entry(f"{_HERE}.serve:serve", "Run a control plane until it is told to end."),
        "migrate": Entry(f"{_HERE}.migrate:migrate", "Create or update the tables of the database."),
        "version": Entry(f"{_HERE}.version:version", "Print the version of this program."),
    },
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> NoReturn:
    """The console script."""
    run(root, Program("flyteadmin"))
