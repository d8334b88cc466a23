"""Objects that a container finds again as variables of a module: task instances and resolvers."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

from glidepath.authoring.places import dotted_main, is_own
from glidepath.errors import FlyteValidationException


class Instance:
    """An object that knows the module in whose body it was made."""

    module: str
    """The module that holds the object; of a script, the name that its file has as a module."""
    _loaded_as: str
    """The module's key in ``sys.modules``."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        made = super().__new__(cls)
        made._loaded_as = importing_module()
        made.module = dotted_main() if made._loaded_as == "__main__" else made._loaded_as
        return made

    @property
    def variable(self) -> str:
        """The variable that holds the object. Raises FlyteValidationException when none does."""
        for name, value in vars(sys.modules[self._loaded_as]).items():
            if value is self:
                return name
        raise FlyteValidationException(
            f"this {type(self).__name__} is no variable of module {self.module}",
            hint="assign it at module level, so that a container can import it",
        )


def importing_module() -> str:
    """The innermost module on the stack whose body is being run; where none is, the module of the user's innermost line."""
    frame: FrameType | None = sys._getframe(1)
    fallback = ""
    while frame is not None:
        if not is_own(frame):
            if frame.f_code.co_name == "<module>":
                return str(frame.f_globals.get("__name__", ""))
            fallback = fallback or str(frame.f_globals.get("__name__", ""))
        frame = frame.f_back
    return fallback
