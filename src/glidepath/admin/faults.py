"""Which faults pass by themselves: a full disk, a database or an object store that is away."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, TimeoutError as PoolTimeout

from glidepath.errors import FlyteNonRecoverableSystemException, FlyteSystemException

_PASSING = (OSError, OperationalError, InterfaceError, PoolTimeout)


def passes(error: BaseException) -> bool:
    """Whether the same thing may work later. What is missing or malformed stays so; a fault of the machine's does not."""
    if isinstance(error, FlyteSystemException):
        return not isinstance(error, FlyteNonRecoverableSystemException)
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, _PASSING)
