"""Shell tasks: a script with its inputs filled in, and files as outputs.

pyflyte run examples/shell.py log_wf
"""

from pathlib import Path

from glidepath import FlyteFile, current_context, kwtypes, task, workflow
from glidepath.extras.shell import OutputLocation, ShellTask


@task
def write_log(lines: list[str]) -> FlyteFile:
    path = Path(current_context().working_directory) / "server.log"
    path.write_text("\n".join(lines) + "\n")
    return FlyteFile(str(path))


errors = ShellTask(
    name="examples.shell.errors",
    debug=False,
    script="grep -c {inputs.level} {inputs.log} > {outputs.count}; sort {inputs.log} > {outputs.ordered}",
    inputs=kwtypes(log=FlyteFile, level=str),
    output_locs=[
        OutputLocation(var="count", var_type=FlyteFile, location="/tmp/glidepath-example-count.txt"),
        OutputLocation(var="ordered", var_type=FlyteFile, location="/tmp/glidepath-example-ordered.txt"),
    ],
)


@task
def report(count: FlyteFile, ordered: FlyteFile, level: str) -> str:
    first = Path(ordered).read_text().splitlines()[0]
    return f"{Path(count).read_text().strip()} lines of level {level}; the first is {first!r}"


@workflow
def log_wf(lines: list[str] = ["WARN disk", "ERROR net", "ERROR disk"], level: str = "ERROR") -> str:  # noqa: B006
    count, ordered = errors(log=write_log(lines=lines), level=level)
    return report(count=count, ordered=ordered, level=level)
