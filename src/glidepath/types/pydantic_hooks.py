"""What lets files, directories and datasets stand inside pydantic models: the plain data of their own family."""

from __future__ import annotations

from typing import Any

from glidepath.types.context import current
from glidepath.types.registry import find


class PlainPathModel:
    """Mixed into classes whose plain data is a small dict. Pydantic calls these hooks; nothing here imports it before."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema  # only reached from pydantic itself

        def read(plain: Any) -> Any:
            return plain if isinstance(plain, cls) else find(cls).from_plain(plain, cls, current())

        def write(value: Any) -> Any:
            return find(cls).to_plain(value, cls, current())

        serialization = core_schema.plain_serializer_function_ser_schema(write)
        return core_schema.no_info_plain_validator_function(read, serialization=serialization)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        return find(cls).schema(cls)
