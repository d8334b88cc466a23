"""Cache versions that follow from the code, for tasks that name none."""

from __future__ import annotations

import ast
import hashlib
import inspect
import textwrap
from typing import TYPE_CHECKING

from glidepath.errors import FlyteValidationException

if TYPE_CHECKING:
    from glidepath.authoring.caching import VersionParameters

_TASK_DECORATORS = frozenset({"task", "dynamic", "eager"})


class CacheFunctionBody:
    """The version is a hash of the task's own function: its signature and body.

    Comments, formatting, the docstring and the arguments of ``@task`` do not count; neither does what the function calls: when
    a helper changes, change ``Cache(salt=...)`` or name a version. Raises FlyteValidationException for a function without
    source, such as one typed at a prompt.
    """

    def get_version(self, salt: str, params: VersionParameters) -> str:
        """64 hex digits."""
        return hashlib.sha256(f"{_code_of(params)}\0{salt}".encode()).hexdigest()


def _code_of(params: VersionParameters) -> str:
    function = inspect.unwrap(params.func)
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError) as error:
        raise FlyteValidationException(
            f"the source of {params.func.__qualname__} cannot be read, so its cache needs a version: {error}",
            hint='write cache=Cache(version="1.0") and raise it when the code changes',
        ) from error
    found = tree.body[0]
    if isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef):
        found.decorator_list = _below_task(found.decorator_list)
        if ast.get_docstring(found, clean=False) is not None:
            found.body = found.body[1:] or [ast.Pass()]
    return ast.unparse(found)


def _below_task(decorators: list[ast.expr]) -> list[ast.expr]:
    """The decorators between the one that makes a task and the function; all of them where none makes one."""
    names = [_name(each) for each in decorators]
    place = next((i for i, name in enumerate(names) if name in _TASK_DECORATORS), -1)
    return decorators[place + 1 :]


def _name(decorator: ast.expr) -> str:
    """``task`` for ``@task``, ``@task(...)`` and ``@glidepath.task``."""
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    if isinstance(target, ast.Attribute):
        return target.attr
    return target.id if isinstance(target, ast.Name) else ""
