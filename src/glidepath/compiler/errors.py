"""What can be wrong with a task or a workflow: the stock codes and texts, and how they are collected.

Compilation does not stop at the first error. Source of codes and texts: flytectl-and-admin.md, D1.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from glidepath.errors import FlyteCompilationException

if TYPE_CHECKING:
    from collections.abc import Iterable


class Code(str, Enum):
    """The codes that stock Flyte's compiler puts on the wire."""

    CYCLE_DETECTED = "CycleDetected"
    UNREACHABLE_NODES = "UnreachableNodes"
    NO_NODES_FOUND = "NoNodesFound"
    BRANCH_NODE_HAS_NO_CONDITION = "BranchNodeHasNoCondition"
    BRANCH_NODE_HAS_NO_DEFAULT = "BranchNodeHasNoDefault"
    VALUE_REQUIRED = "ValueRequired"
    INVALID_VALUE = "InvalidValue"
    UNRECOGNIZED_VALUE = "UnrecognizedValue"
    NODE_REFERENCE_NOT_FOUND = "NodeReferenceNotFound"
    TASK_REFERENCE_NOT_FOUND = "TaskReferenceNotFound"
    WORKFLOW_REFERENCE_NOT_FOUND = "WorkflowReferenceNotFound"
    VARIABLE_NAME_NOT_FOUND = "VariableNameNotFound"
    FIELD_NOT_FOUND = "FieldNotFound"
    DUPLICATE_ALIAS = "DuplicateAlias"
    DUPLICATE_ID = "DuplicateId"
    MISMATCHING_TYPES = "MismatchingTypes"
    MISMATCHING_BINDINGS = "MismatchingBindings"
    PARAMETER_BOUND_MORE_THAN_ONCE = "ParameterBoundMoreThanOnce"
    PARAMETER_NOT_BOUND = "ParameterNotBound"
    ILLEGAL_ENUM_VALUE = "IllegalEnumValue"
    AMBIGUOUS_BINDING_UNION_VALUE = "AmbiguousBindingUnionValue"
    INCOMPATIBLE_BINDING_UNION_VALUE = "IncompatibleBindingUnionValue"
    SYNTAX_ERROR = "SyntaxError"
    NO_CONDITION_FOUND = "NoConditionFound"
    INVALID_LITERAL_TYPE = "InvalidLiteralType"


class ErrorKind(NamedTuple):
    """A code and the text that goes with it."""

    code: Code
    text: str


CYCLE_DETECTED = ErrorKind(Code.CYCLE_DETECTED, "A cycle has been detected while traversing the Workflow [{}].")
UNREACHABLE_NODES = ErrorKind(Code.UNREACHABLE_NODES, "The Workflow contain unreachable nodes [{}].")
NO_NODES_FOUND = ErrorKind(Code.NO_NODES_FOUND, "Can't find any nodes in workflow [{}].")
BRANCH_NODE_HAS_NO_CONDITION = ErrorKind(
    Code.BRANCH_NODE_HAS_NO_CONDITION, "One of the branches on the node doesn't have a condition."
)
BRANCH_NODE_HAS_NO_DEFAULT = ErrorKind(
    Code.BRANCH_NODE_HAS_NO_DEFAULT, "Branch Node must have either the else case set or a default error."
)
VALUE_REQUIRED = ErrorKind(Code.VALUE_REQUIRED, "Value required [{}].")
INVALID_VALUE = ErrorKind(Code.INVALID_VALUE, "Invalid value [{}].")
UNRECOGNIZED_VALUE = ErrorKind(Code.UNRECOGNIZED_VALUE, "Unrecognized value [{}].")
NODE_REFERENCE_NOT_FOUND = ErrorKind(Code.NODE_REFERENCE_NOT_FOUND, "Referenced node [{}] not found.")
TASK_REFERENCE_NOT_FOUND = ErrorKind(Code.TASK_REFERENCE_NOT_FOUND, "Referenced Task [{}] not found.")
WORKFLOW_REFERENCE_NOT_FOUND = ErrorKind(Code.WORKFLOW_REFERENCE_NOT_FOUND, "Referenced Workflow [{}] not found.")
VARIABLE_NAME_NOT_FOUND = ErrorKind(Code.VARIABLE_NAME_NOT_FOUND, "Variable [{}] not found on node [{}].")
FIELD_NOT_FOUND = ErrorKind(Code.FIELD_NOT_FOUND, "Variable [{}] (type [{}]) doesn't have field [{}].")
DUPLICATE_ALIAS = ErrorKind(
    Code.DUPLICATE_ALIAS, "Duplicate alias [{}] found. An output alias can only be used once in the Workflow."
)
DUPLICATE_ID = ErrorKind(Code.DUPLICATE_ID, "Trying to insert two nodes with the same id.")
MISMATCHING_TYPES = ErrorKind(Code.MISMATCHING_TYPES, "Variable [{}] (type [{}]) doesn't match expected type [{}].")
MISMATCHING_PROMISE = ErrorKind(
    Code.MISMATCHING_TYPES,
    "The output variable '{}' has type [{}], but it's assigned to the input variable '{}' which has type type [{}].",
)
MISMATCHING_BINDINGS = ErrorKind(
    Code.MISMATCHING_BINDINGS, "Input [{}] on node [{}] expects bindings of type [{}].  Received [{}]"
)
PARAMETER_BOUND_MORE_THAN_ONCE = ErrorKind(Code.PARAMETER_BOUND_MORE_THAN_ONCE, "Input [{}] is bound more than once.")
PARAMETER_NOT_BOUND = ErrorKind(Code.PARAMETER_NOT_BOUND, "Parameter not bound [{}].")
ILLEGAL_ENUM_VALUE = ErrorKind(
    Code.ILLEGAL_ENUM_VALUE,
    "Input [{}] on node [{}] is an Enum and expects value to be one of [{}].  Received [{}]",
)
AMBIGUOUS_BINDING_UNION_VALUE = ErrorKind(
    Code.AMBIGUOUS_BINDING_UNION_VALUE,
    "Input [{}] on node [{}] expects bindings of union type [{}].  "
    "Received [{}] which is ambiguous as both variants [{}] and [{}] match.",
)
INCOMPATIBLE_BINDING_UNION_VALUE = ErrorKind(
    Code.INCOMPATIBLE_BINDING_UNION_VALUE,
    "Input [{}] on node [{}] expects bindings of union type [{}].  Received [{}] which does not match any of the variants.",
)
SYNTAX_ERROR = ErrorKind(Code.SYNTAX_ERROR, "Failed to parse element [{}].")
NO_CONDITION_FOUND = ErrorKind(Code.NO_CONDITION_FOUND, "Can't find any condition in gate node [{}].")
INVALID_LITERAL_TYPE = ErrorKind(Code.INVALID_LITERAL_TYPE, "Failed to validate literal type for [{}] with err: {}")


class CompileError(NamedTuple):
    """One error: its stock code, its text, and the node that it stands on (``start-node`` for the whole workflow)."""

    code: str
    description: str
    node_id: str

    def __str__(self) -> str:
        return f"Code: {self.code}, Node Id: {self.node_id}, Description: {self.description}"


class CompilationError(FlyteCompilationException):
    """Everything that is wrong with a task or a workflow, without repeats, sorted by code and text."""

    def __init__(self, errors: Iterable[CompileError]) -> None:
        self.errors = tuple(sorted(set(errors), key=lambda error: (error.code, str(error))))
        super().__init__(_collected(self.errors))

    def __reduce__(self) -> tuple[type[CompilationError], tuple[tuple[CompileError, ...]]]:
        return (CompilationError, (self.errors,))


def _collected(errors: tuple[CompileError, ...]) -> str:
    lines = "".join(f"\tError {index}: {error}\n" for index, error in enumerate(errors))
    return f"Collected Errors: {len(errors)}\n{lines}"


class ErrorCollector:
    """Gathers errors while a compilation goes on."""

    def __init__(self) -> None:
        self.errors: list[CompileError] = []

    def add(self, kind: ErrorKind, node_id: str, *details: object) -> None:
        """One more error; ``details`` fill the blanks of the kind's text in order."""
        self.errors.append(CompileError(kind.code.value, kind.text.format(*details), node_id))

    def raise_if_any(self) -> None:
        """Raise :class:`CompilationError` with what was gathered."""
        if self.errors:
            raise CompilationError(self.errors)
