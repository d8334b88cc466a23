"""The inputs of an entity as options of a command: one each, read by the converter that every place with text uses."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from click.core import ParameterSource

from glidepath.errors import FlyteException
from glidepath.idl import core

if TYPE_CHECKING:
    from glidepath.types import DataContext

_GIVEN = (ParameterSource.COMMANDLINE, ParameterSource.DEFAULT_MAP)
_FILE_PARAMETER = "_inputs_file"


class Input(NamedTuple):
    """One input of a task, workflow or launch plan."""

    name: str
    literal_type: core.LiteralType
    python_type: Any = None
    """None: unknown, as for an entity of a control plane; the literal type decides."""
    required: bool = True
    default: str = ""
    """The default for people to read; the value itself is filled in by whoever runs the entity."""
    description: str = ""

    @property
    def is_flag(self) -> bool:
        return self.literal_type.simple == core.SimpleType.BOOLEAN


class _Parsed:
    """A value out of a file of inputs. Wrapped, since click takes a plain None for an absent value."""

    def __init__(self, value: Any) -> None:
        self.value = value


class InputType(click.ParamType[Any]):
    """Text on the command line, or a value out of a file of inputs, to a Python value."""

    def __init__(self, input_: Input, context: Callable[[], DataContext]) -> None:
        self._input = input_
        self._context = context

    @property
    def name(self) -> str:  # type: ignore[override]
        """What help and errors call the type."""
        from glidepath.types import describe  # 3 ms, for help and errors only

        return describe(self._input.literal_type)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if self._input.python_type is str and isinstance(value, str):
            return value
        # The converter loads files, tables and dataclasses, 10 ms that a run on plain texts does without.
        from glidepath.types import from_data, from_text

        types = (self._input.literal_type, self._input.python_type)
        try:
            if isinstance(value, _Parsed):
                return from_data(value.value, *types, self._context())
            return from_text(value, *types, self._context())
        except FlyteException as error:
            self.fail(str(error), param, ctx)


class EntityCommand(click.Command):
    """Runs one entity: an option for each input, ``--inputs-file``, and ``-`` for inputs on the standard input."""

    def __init__(
        self,
        name: str,
        inputs: Sequence[Input],
        start: Callable[[dict[str, Any]], None],
        context: Callable[[], DataContext],
        help_text: str = "",
    ) -> None:
        self._inputs = {input_.name: input_ for input_ in inputs}
        self._start = start
        super().__init__(
            name,
            params=[*(_option(input_, context) for input_ in inputs), _file_option()],
            help=help_text,
            # --test-size is --test_size.
            context_settings={"token_normalize_func": lambda name: name.replace("-", "_")},
        )

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[-1] == "-":
            args = args[:-1]
            self._take(ctx, _parse(sys.stdin.read(), "the standard input"))
        return super().parse_args(ctx, args)

    def read_file(self, ctx: click.Context, path: Path) -> None:
        """Inputs of a file become defaults, so that options on the command line win."""
        self._take(ctx, _parse(path.read_text(encoding="utf-8"), str(path)))

    def _take(self, ctx: click.Context, values: Mapping[str, Any]) -> None:
        for name in values:
            if name not in self._inputs:
                raise click.NoSuchOption(f"--{name}", possibilities=[f"--{known}" for known in self._inputs], ctx=ctx)
        parsed = {name: value if self._inputs[name].is_flag else _Parsed(value) for name, value in values.items()}
        ctx.default_map = {**(ctx.default_map or {}), **parsed}

    def invoke(self, ctx: click.Context) -> None:
        self._start({name: value for name, value in ctx.params.items() if self._is_given(ctx, name)})

    def _is_given(self, ctx: click.Context, name: str) -> bool:
        if name not in self._inputs:
            return False
        input_ = self._inputs[name]
        # A flag without a default is False when it is not given.
        return ctx.get_parameter_source(name) in _GIVEN or (input_.is_flag and input_.required)


def _option(input_: Input, context: Callable[[], DataContext]) -> click.Option:
    name = input_.name
    # Click would put the default into parentheses.
    help_text = f"{input_.description}  [default: {input_.default}]".strip() if input_.default else input_.description
    if input_.is_flag:
        default = False if input_.required else None
        return click.Option([name, f"--{name}/--no_{name}"], default=default, help=help_text)
    return click.Option([name, f"--{name}"], type=InputType(input_, context), required=input_.required, help=help_text)


def _file_option() -> click.Option:
    def read(ctx: click.Context, _: click.Parameter, path: Path | None) -> None:
        command = ctx.command
        if path is not None and isinstance(command, EntityCommand):
            command.read_file(ctx, path)

    return click.Option(
        [_FILE_PARAMETER, "--inputs-file"],
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        is_eager=True,
        expose_value=False,
        callback=read,
        help="A YAML or JSON file of inputs; options win over it. A trailing - reads the standard input.",
    )


def _parse(text: str, where: str) -> Mapping[str, Any]:
    """A document of inputs. JSON is read as YAML, of which it is a part, unless it is JSON to begin with."""
    import json  # most runs read no document

    try:
        document = json.loads(text)
    except json.JSONDecodeError:
        document = _parse_yaml(text, where)
    if not isinstance(document, dict) or not all(isinstance(name, str) for name in document):
        raise click.BadParameter(f"{where} must hold a map from input names to values")
    return document


def _parse_yaml(text: str, where: str) -> Any:
    # PyYAML takes 20 ms to load and most runs read no file.
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise click.BadParameter(f"{where} is neither JSON nor YAML: {error}") from error
