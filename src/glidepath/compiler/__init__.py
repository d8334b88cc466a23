"""Specs to a checked, linked closure: pure, without user code and without I/O; errors carry the stock codes."""

from glidepath.compiler.castable import castable
from glidepath.compiler.catalog import LaunchPlanInterface
from glidepath.compiler.dynamic import dynamic_closure, dynamic_requirements
from glidepath.compiler.errors import CompilationError, CompileError
from glidepath.compiler.literal_types import literal_type_for_literal
from glidepath.compiler.requirements import Requirements, requirements
from glidepath.compiler.tasks import compile_task
from glidepath.compiler.workflow import compile_workflow

__all__ = [
    "CompilationError",
    "CompileError",
    "LaunchPlanInterface",
    "Requirements",
    "castable",
    "compile_task",
    "compile_workflow",
    "dynamic_closure",
    "dynamic_requirements",
    "literal_type_for_literal",
    "requirements",
]
