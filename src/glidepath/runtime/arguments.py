"""The command lines of the task programs, with stock flytekit's options (reference: flytekit.md, 2.1)."""

from __future__ import annotations

import argparse
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

# What a placeholder leaves behind when nobody filled it, and the text that stands for "none".
_UNSET = ("", '""', "{{.rawOutputDataPrefix}}", "{{.checkpointOutputPrefix}}", "{{.prevCheckpointPrefix}}")


@dataclass(frozen=True)
class ExecuteArguments:
    """``pyflyte-execute`` and ``pyflyte-map-execute``. URIs are empty when not given.

    ``resolver_args`` name the task to the resolver; ``distribution`` and ``destination`` say where fetched code came from and
    where it lies.
    """

    inputs: str
    output_prefix: str
    raw_output_data_prefix: str
    checkpoint_path: str
    prev_checkpoint: str
    resolver: str
    resolver_args: list[str]
    distribution: str = ""
    destination: str = ""


@dataclass(frozen=True)
class FastExecuteArguments:
    """``pyflyte-fast-execute``: the archive, the folder that it is unpacked into, the command that then runs."""

    additional_distribution: str
    dest_dir: str
    command: list[str]


@dataclass(frozen=True)
class TemplateArguments:
    """``glidepath-container`` and ``glidepath-sensor``: what a task's template says, run without the task's code.

    ``task`` is the URI of the template, ``command`` what follows ``--``.
    """

    inputs: str
    output_prefix: str
    raw_output_data_prefix: str
    task: str
    command: list[str]


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.format_usage()}Try '{self.prog} --help' for help.\n\nError: {message}\n")


@functools.cache
def _execute_parser() -> _Parser:
    return _with_options(_Parser("pyflyte-execute", allow_abbrev=False, description="Run one attempt of one task."))


@functools.cache
def _map_execute_parser() -> _Parser:
    parser = _Parser("pyflyte-map-execute", allow_abbrev=False, description="Run one item of one attempt of a map task.")
    parser.add_argument("--max-concurrency", default="", metavar="N", help="accepted, without effect")
    return _with_options(parser, resolver_required=True)


def _with_options(parser: _Parser, *, resolver_required: bool = False) -> _Parser:
    parser.add_argument("--inputs", required=True, metavar="URI", help="the file inputs.pb")
    parser.add_argument("--output-prefix", required=True, metavar="URI", help="the folder of outputs.pb or error.pb")
    parser.add_argument("--raw-output-data-prefix", default="", metavar="URI", help="the folder of files and frames")
    parser.add_argument("--checkpoint-path", default="", metavar="URI", help="where this attempt keeps its checkpoint")
    parser.add_argument("--prev-checkpoint", default="", metavar="URI", help="where the attempt before kept its own")
    parser.add_argument("--test", action="store_true", help="accepted, without effect")
    parser.add_argument("--dynamic-addl-distro", default="", metavar="URI", help="the code archive of a fast registration")
    parser.add_argument("--dynamic-dest-dir", default="", metavar="DIR", help="the folder that it was unpacked into")
    location = "who finds the task by the arguments after --"
    parser.add_argument("--resolver", default="", required=resolver_required, metavar="LOCATION", help=location)
    parser.add_argument("rest", nargs="*", help=argparse.SUPPRESS)
    return parser


def parse_execute(argv: Sequence[str]) -> ExecuteArguments:
    """The arguments after the program's name. Raises SystemExit(2), with a message on stderr, for wrong ones."""
    return _execute_arguments(_execute_parser(), argv)


def parse_map_execute(argv: Sequence[str]) -> ExecuteArguments:
    """The arguments after the program's name. Raises SystemExit(2), with a message on stderr, for wrong ones."""
    return _execute_arguments(_map_execute_parser(), argv)


def _execute_arguments(parser: _Parser, argv: Sequence[str]) -> ExecuteArguments:
    options, resolver_args = _parse(parser, argv)
    return ExecuteArguments(
        inputs=options.inputs,
        output_prefix=options.output_prefix,
        raw_output_data_prefix=_given(options.raw_output_data_prefix),
        checkpoint_path=_given(options.checkpoint_path),
        prev_checkpoint=_given(options.prev_checkpoint),
        resolver=options.resolver,
        resolver_args=resolver_args,
        distribution=options.dynamic_addl_distro,
        destination=options.dynamic_dest_dir,
    )


def parse_fast_execute(argv: Sequence[str]) -> FastExecuteArguments:
    """The arguments after the program's name. Raises SystemExit(2), with a message on stderr, for wrong ones."""
    parser = _Parser("pyflyte-fast-execute", allow_abbrev=False, description="Fetch code, then run a task's command on it.")
    parser.add_argument("--additional-distribution", default="", metavar="URI", help="the archive of the code")
    parser.add_argument("--dest-dir", default="", metavar="DIR", help="the folder to unpack it into")
    parser.add_argument("rest", nargs="*", help=argparse.SUPPRESS)
    options, command = _parse(parser, argv)
    if not command:
        parser.error("no command to run: give it after --")
    return FastExecuteArguments(options.additional_distribution, options.dest_dir or ".", command)


def parse_template_program(program: str, argv: Sequence[str]) -> TemplateArguments:
    """The arguments after the program's name. Raises SystemExit(2), with a message on stderr, for wrong ones."""
    parser = _Parser(program, allow_abbrev=False, description="Run one attempt of a task by its template.")
    for option, meaning in (
        ("--inputs", "the file inputs.pb"),
        ("--output-prefix", "the folder of outputs.pb or error.pb"),
        ("--raw-output-data-prefix", "the folder of files"),
        ("--task", "the file task.pb"),
    ):
        parser.add_argument(option, required=True, metavar="URI", help=meaning)
    parser.add_argument("rest", nargs="*", help=argparse.SUPPRESS)
    options, command = _parse(parser, argv)
    return TemplateArguments(options.inputs, options.output_prefix, options.raw_output_data_prefix, options.task, command)


def _parse(parser: argparse.ArgumentParser, argv: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    """Options, and everything from the first plain word or after ``--`` on, untouched."""
    words = list(argv)
    after: list[str] = []
    if "--" in words:
        at = words.index("--")
        words, after = words[:at], words[at + 1 :]
    options = parser.parse_args(words)
    return options, [*options.rest, *after]


def _given(text: str) -> str:
    return "" if text in _UNSET else text
