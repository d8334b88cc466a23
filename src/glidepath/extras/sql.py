"""Tasks that are a SQL statement with inputs filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from glidepath.authoring.declared_interface import DeclaredInterface
from glidepath.authoring.python_tasks import PythonTask
from glidepath.errors import FlyteValueException

_INPUT = re.compile(r"\{\{\s*[.$]?\s*inputs\.(\w+)\s*\}\}", re.IGNORECASE)


class SQLTask(PythonTask):
    """A statement with ``{{ .inputs.x }}`` for input ``x``, run by the executor of its ``task_type``, or by a subclass."""

    def __init__(
        self,
        name: str,
        query_template: str,
        task_config: Any = None,
        task_type: str = "sql_task",
        inputs: Mapping[str, Any] | None = None,
        outputs: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(task_type, name, task_config, interface=DeclaredInterface(inputs, outputs), **options)
        self._query_template = " ".join(query_template.split())

    @property
    def query_template(self) -> str:
        """The statement, its white space reduced to single blanks."""
        return self._query_template

    def get_query(self, **kwargs: Any) -> str:
        """The statement with values filled in."""
        return self.interpolate_query(self._query_template, **kwargs)

    @classmethod
    def interpolate_query(cls, query_template: str, **kwargs: Any) -> str:
        """A template with values filled in. Raises FlyteValueException for a name without a value, and a value without a name.

        >>> SQLTask.interpolate_query("select * from t where id < {{ .inputs.limit }}", limit=3)
        'select * from t where id < 3'
        """
        used: set[str] = set()

        def text(match: re.Match[str]) -> str:
            used.add(match[1])
            if match[1] not in kwargs:
                raise FlyteValueException(
                    f"the query uses {match[0]}, but there is no input {match[1]!r}",
                    hint=f"its inputs are {', '.join(kwargs) or '(none)'}",
                )
            return str(kwargs[match[1]])

        query = _INPUT.sub(text, query_template)
        if unused := sorted(set(kwargs) - used):
            raise FlyteValueException(f"the query does not use its inputs {', '.join(unused)}")
        return query
