"""Tasks that are shell scripts: ``ShellTask(name="count", script="wc -l < {inputs.file} > {outputs.lines}", …)``."""

from __future__ import annotations

import os
import shlex
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from glidepath.authoring.declared_interface import DeclaredInterface
from glidepath.authoring.python_tasks import PythonInstanceTask
from glidepath.errors import FlyteRecoverableException, FlyteValueException
from glidepath.extras.shell_command import ProcessResult, run_script
from glidepath.runtime.context import current_context
from glidepath.types import FlyteDirectory, FlyteFile, kwtypes


@dataclass(frozen=True)
class OutputLocation:
    """Where a script leaves an output: ``location`` is a path, with ``{inputs.x}`` filled in; ``{outputs.<var>}`` names it."""

    var: str
    var_type: Any
    location: str | os.PathLike[str]


class _Names:
    """What stands behind ``inputs`` and ``outputs`` in a script: names as attributes, values as a shell wants them."""

    def __init__(self, kind: str, values: Mapping[str, Any]) -> None:
        self._kind = kind
        self._values = values

    def __getattr__(self, name: str) -> Any:
        try:
            return self._values[name]
        except KeyError:
            known = ", ".join(self._values) or "(none)"
            raise FlyteValueException(f"the script names {self._kind}.{name}; its {self._kind} are {known}") from None


class ShellTask(PythonInstanceTask):
    """A script, run by ``shell``; outputs are files or folders that it leaves at known places.

    ``{inputs.x}``, ``{outputs.y}`` and ``{ctx.working_directory}`` (any attribute of ``current_context()``) are filled in; a
    brace that stays is written twice. Files are brought before the script runs, and appear as their paths. Raises
    FlyteValueException for a script that is not given, is given twice or cannot be read, and for outputs that are no files.
    """

    def __init__(
        self,
        name: str,
        debug: bool = False,
        script: str | None = None,
        script_file: str | os.PathLike[str] | None = None,
        task_config: Any = None,
        shell: str = "/bin/sh",
        inputs: Mapping[str, Any] | None = None,
        output_locs: Sequence[OutputLocation] | None = None,
        **options: Any,
    ) -> None:
        if (script is None) == (script_file is None):
            raise FlyteValueException(
                f"shell task {name} needs one script, and has {'none' if script is None else 'two'}",
                hint="give script=... or script_file=...",
            )
        self._script_file = None if script_file is None else str(Path(script_file).expanduser().absolute())
        self._script = script if script is not None else _read(name, str(self._script_file))
        self._debug = debug
        self._shell = shell
        self._locations = tuple(output_locs or ())
        self._result: ProcessResult | None = None
        for location in self._locations:
            _check_output(name, location)
        outputs = {location.var: location.var_type for location in self._locations}
        super().__init__(name, task_config, interface=DeclaredInterface(inputs, outputs), **options)

    @property
    def script(self) -> str | None:
        """The script as it was written."""
        return self._script

    @property
    def script_file(self) -> str | None:
        """The file that it came from."""
        return self._script_file

    @property
    def result(self) -> ProcessResult | None:
        """What the last run in this process printed, and its exit code."""
        return self._result

    def execute(self, **kwargs: Any) -> Any:
        """Run the script. Raises FlyteRecoverableException with what it printed when its exit code is not 0."""
        return self._run({name: _shell_value(value) for name, value in kwargs.items()})

    def _run(self, values: Mapping[str, Any]) -> Any:
        names = {"inputs": _Names("inputs", values), "ctx": current_context()}
        outputs = {place.var: self._filled(str(place.location), names) for place in self._locations}
        script = self._filled(self._script, {**names, "outputs": _Names("outputs", outputs)})
        if self._debug:
            print(f"\n{'=' * 46}\n{script}\n{'=' * 46}\n", flush=True)  # noqa: T201  (asked for by the user)
        self._result = done = run_script(self._shell, script)
        if done.returncode != 0:
            there = "\n".join(f"  {entry}" for entry in sorted(os.listdir()))  # noqa: PTH208  (a list of texts)
            raise FlyteRecoverableException(
                f"the script of {self.name} ended with code {done.returncode}\nstdout:\n{done.output}\nstderr:\n{done.error}"
                f"\nin {os.getcwd()}:\n{there}"  # noqa: PTH109
            )
        found = tuple(outputs.values())
        return found[0] if len(found) == 1 else found or None

    def _filled(self, template: str, names: Mapping[str, Any]) -> str:
        try:
            return string.Formatter().vformat(template, (), names)
        except (KeyError, IndexError, ValueError) as error:
            if isinstance(error, FlyteValueException):
                raise
            raise FlyteValueException(
                f"the script of {self.name} has braces that name nothing: {error}",
                hint="names are inputs, outputs and ctx; a brace of the shell's own is written twice, {{ and }}",
            ) from error


_RAW_SCRIPT = """
set -uex
cd {ctx.working_directory}
{inputs.export_env}
bash {inputs.script_file} {inputs.script_args}
"""


class RawShellTask(ShellTask):
    """Runs a script file that is given as an input, with arguments and environment variables that are inputs too.

    The inputs ``env`` (dict), ``script_file`` and ``script_args`` (texts) are there; :func:`get_raw_shell_task` makes one.
    """

    def make_export_string_from_env_dict(self, d: Mapping[str, str]) -> str:
        """The shell's commands that set variables."""
        return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in d.items())

    def execute(self, **kwargs: Any) -> Any:
        values = {name: _shell_value(value) for name, value in kwargs.items() if name != "env"}
        return self._run({**values, "export_env": self.make_export_string_from_env_dict(kwargs.get("env") or {})})


def get_raw_shell_task(name: str) -> RawShellTask:
    """A :class:`RawShellTask` whose output ``out`` is the folder that the script runs in."""
    return RawShellTask(  # noqa: S604  (a script for a shell is what this task is)
        name,
        debug=True,
        script=_RAW_SCRIPT,
        shell="/bin/bash",
        inputs=kwtypes(env=dict[str, str], script_args=str, script_file=str),
        output_locs=[OutputLocation("out", FlyteDirectory, "{ctx.working_directory}")],
    )


def _read(name: str, path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError as error:
        raise FlyteValueException(f"the script of shell task {name}, {path}, cannot be read: {error.strerror}") from error


def _check_output(name: str, location: OutputLocation) -> None:
    if not (isinstance(location.var_type, type) and issubclass(location.var_type, (FlyteFile, FlyteDirectory))):
        raise FlyteValueException(
            f"output {location.var!r} of shell task {name} is a {location.var_type}; a script can leave files and folders only",
            hint="declare it as FlyteFile or FlyteDirectory",
        )


def _shell_value(value: Any) -> Any:
    """A value as a script wants it: files as local paths, times in ISO 8601, others as they are."""
    if isinstance(value, (FlyteFile, FlyteDirectory)):
        return os.fspath(value)
    return value.isoformat() if isinstance(value, date) else value
