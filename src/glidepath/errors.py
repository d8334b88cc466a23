"""Every error that Glidepath raises, in one tree.

Each error says what happened; it may say where (workflow, node, attempt, file, line), and what to type next. The names are
flytekit's, so that ``except`` clauses in users' code keep working. ``code`` is stable and goes on the wire.
"""

from __future__ import annotations


class FlyteException(Exception):
    """The root. ``str(error)`` is one readable text: message, place, hint."""

    code = "UnknownException"

    def __init__(self, message: str = "", *, where: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    @property
    def error_code(self) -> str:
        return self.code

    def __str__(self) -> str:
        parts = [self.message]
        if self.where:
            parts.append(f"  at: {self.where}")
        if self.hint:
            parts.append(f"  try: {self.hint}")
        return "\n".join(parts)


class FlyteUserException(FlyteException):
    """The user's code, files or arguments are at fault."""

    code = "USER:Unknown"


class FlyteRecoverableException(FlyteUserException):
    """Raised by a task to say that another attempt may succeed."""

    code = "USER:Recoverable"


class FlyteUserRuntimeException(FlyteUserException):
    """The user's function raised; ``__cause__`` is what it raised."""

    code = "USER:RuntimeError"


class FlyteTypeException(FlyteUserException, TypeError):
    """A value or a type does not fit where it stands."""

    code = "USER:TypeError"


class FlyteValueException(FlyteUserException, ValueError):
    """A value of the right type that is not allowed."""

    code = "USER:ValueError"


class FlyteAssertion(FlyteUserException, AssertionError):
    """A call or a declaration that breaks a rule of the SDK."""

    code = "USER:AssertionError"


class FlyteMissingTypeException(FlyteUserException):
    """A parameter without an annotation where one is needed."""

    code = "USER:MissingTypeError"


class FlyteMissingReturnValueException(FlyteUserException):
    """A function that declares outputs returned none."""

    code = "USER:MissingReturnValue"


class FlyteValidationException(FlyteUserException):
    """A declaration that is complete but contradictory."""

    code = "USER:ValidationError"


class FlyteFailureNodeInputMismatchException(FlyteAssertion, FlyteValidationException):
    """A failure handler's inputs are not those of its workflow."""

    code = "USER:FailureNodeInputMismatch"


class FlyteCompilationException(FlyteUserException):
    """A workflow does not compile."""

    code = "USER:Compileation"


class FlyteImportException(FlyteUserException):
    """A file of the user's does not import; ``__cause__`` is what it raised, its traceback starting in the user's code."""

    code = "USER:ImportError"


class FlyteEntityNotFoundException(FlyteUserException):
    """A file holds no such task, workflow or launch plan."""

    code = "USER:EntityNotFound"


class FlyteDisapprovalException(FlyteUserException):
    """A person rejected an approval."""

    code = "USER:NotApproved"


class FlyteTimeout(FlyteUserException):
    """Something took longer than it was given."""

    code = "USER:Timeout"


class FlyteEntityAlreadyExistsException(FlyteUserException):
    """The control plane already has this id."""

    code = "USER:EntityAlreadyExists"


class FlyteEntityNotExistException(FlyteUserException):
    """The control plane does not have this id."""

    code = "USER:EntityNotExist"


class FlyteInvalidInputException(FlyteUserException):
    """The control plane refused a request as invalid."""

    code = "USER:BadInputToAPI"


class FlyteAuthenticationException(FlyteUserException):
    """The control plane does not know who is asking."""

    code = "USER:AuthenticationError"


class FlytePromiseAttributeResolveException(FlyteUserException):
    """An attribute path on an output leads nowhere."""

    code = "USER:PromiseAttributeResolveError"


class FlyteSystemException(FlyteException):
    """Glidepath, the machine or the network is at fault."""

    code = "SYSTEM:Unknown"


class FlyteSystemUnavailableException(FlyteSystemException):
    """The control plane does not answer."""

    code = "SYSTEM:Unavailable"


class FlyteNonRecoverableSystemException(FlyteSystemException):
    """A conversion of inputs or outputs failed; another attempt would fail as well."""

    code = "SYSTEM:NonRecoverable"


class FlyteDataNotFoundException(FlyteUserException):
    """Nothing lies at a URI."""

    code = "USER:DataNotFound"


class FlyteDownloadDataException(FlyteSystemException):
    """Bytes could not be read from a store."""

    code = "SYSTEM:DownloadDataError"


class FlyteUploadDataException(FlyteSystemException):
    """Bytes could not be written to a store."""

    code = "SYSTEM:UploadDataError"


class EagerException(FlyteUserException):
    """What an eager function called failed on the control plane; ``error`` is the control plane's word for it.

    In a local run the called function's own exception is raised instead.
    """

    code = "USER:RuntimeError"

    def __init__(self, message: str = "", *, where: str = "", hint: str = "", code: str = "") -> None:
        super().__init__(message, where=where, hint=hint)
        self._code = code

    @property
    def error_code(self) -> str:
        return self._code or self.code


class IgnoreOutputs(FlyteException):
    """Raised by a task to say that this process writes no outputs, because another one of its job does."""

    code = "USER:IgnoreOutputs"
