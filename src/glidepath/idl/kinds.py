"""Numbers of flyteidl's enums, for what needs them while tasks and types are declared.

A script that declares tasks reads these when it is imported; the messages themselves, which take longer to load than the rest
of such a script, load when a first one is made. The tests hold every number here against flyteidl's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # type checkers see flyteidl's own enums
    from flyteidl.core.identifier_pb2 import ResourceType as ResourceType
    from flyteidl.core.security_pb2 import Secret
    from flyteidl.core.tasks_pb2 import Resources
    from flyteidl.core.types_pb2 import SimpleType as SimpleType
    from flyteidl.core.workflow_pb2 import WorkflowMetadata

    MountType = Secret.MountType
    OnFailurePolicy = WorkflowMetadata.OnFailurePolicy
    ResourceName = Resources.ResourceName
else:

    class MountType:
        ANY = 0
        ENV_VAR = 1
        FILE = 2

    class OnFailurePolicy:
        FAIL_IMMEDIATELY = 0
        FAIL_AFTER_EXECUTABLE_NODES_COMPLETE = 1

    class ResourceName:
        CPU = 1
        GPU = 2
        MEMORY = 3
        EPHEMERAL_STORAGE = 5

    class ResourceType:
        TASK = 1
        WORKFLOW = 2
        LAUNCH_PLAN = 3

    class SimpleType:
        NONE = 0
        INTEGER = 1
        FLOAT = 2
        STRING = 3
        BOOLEAN = 4
        DATETIME = 5
        DURATION = 6
        STRUCT = 9
