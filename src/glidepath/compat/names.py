"""Where flytekit's public names lie in Glidepath: flytekit module → Glidepath module → names.

The names mean the same; signatures take what flytekit's documentation shows. What is not in the table Glidepath does not have.
"""

from __future__ import annotations

_OPTIONS = ("Annotations", "AuthRole", "Labels", "RawOutputDataConfig")
_SECURITY = ("Identity", "OAuth2Client", "OAuth2TokenRequest", "Secret", "SecurityContext")
_NOTIFICATIONS = ("Email", "Notification", "PagerDuty", "Slack")
_USER_ERRORS = (
    "FlyteAssertion",
    "FlyteAuthenticationException",
    "FlyteCompilationException",
    "FlyteDataNotFoundException",
    "FlyteDisapprovalException",
    "FlyteEntityAlreadyExistsException",
    "FlyteEntityNotExistException",
    "FlyteEntityNotFoundException",
    "FlyteFailureNodeInputMismatchException",
    "FlyteInvalidInputException",
    "FlyteMissingReturnValueException",
    "FlyteMissingTypeException",
    "FlytePromiseAttributeResolveException",
    "FlyteRecoverableException",
    "FlyteTimeout",
    "FlyteTypeException",
    "FlyteUserException",
    "FlyteUserRuntimeException",
    "FlyteValidationException",
    "FlyteValueException",
)
_SYSTEM_ERRORS = (
    "FlyteDownloadDataException",
    "FlyteException",
    "FlyteNonRecoverableSystemException",
    "FlyteSystemException",
    "FlyteSystemUnavailableException",
    "FlyteUploadDataException",
)
_FILE_FORMATS = (
    "CSVFile",
    "HDF5EncodedFile",
    "HTMLPage",
    "JPEGImageFile",
    "JSONLFile",
    "JoblibSerializedFile",
    "ONNXFile",
    "PDFFile",
    "PNGImageFile",
    "PythonNotebook",
    "PythonPickledFile",
    "SVGImageFile",
    "TFRecordFile",
)
_DEVICES = (
    "A100",
    "A100_80GB",
    "A10G",
    "H100",
    "H200",
    "K80",
    "L4",
    "L40S",
    "L4_VWS",
    "M60",
    "P100",
    "P4",
    "RTX_PRO_6000",
    "T4",
    "V100",
    "V5E",
    "V5P",
    "V6E",
)

TABLE: dict[str, dict[str, tuple[str, ...]]] = {
    "flytekit": {
        "idl.core": (
            "Blob",
            "BlobMetadata",
            "BlobType",
            "Literal",
            "LiteralType",
            "Scalar",
        ),
        "types.flyte_context": (
            "FlyteContext",
            "FlyteContextManager",
        ),
        "extras.sql": ("SQLTask",),
        "extras.container_task": ("ContainerTask",),
        "authoring.python_tasks": ("PythonInstanceTask",),
        "authoring.caching": ("Cache", "CachePolicy", "VersionParameters"),
        "authoring.conditionals": ("conditional",),
        "authoring.documentation": ("Description", "Documentation", "SourceCode"),
        "authoring.dynamic_tasks": ("dynamic",),
        "authoring.eager": ("eager",),
        "authoring.environments": ("Environment",),
        "authoring.gates": ("approve", "sleep", "wait_for_input"),
        "authoring.imperative": ("Workflow",),
        "authoring.launch_plans": ("LaunchPlan",),
        "authoring.logs": ("logger",),
        "authoring.maps": ("map_task",),
        "authoring.notifications": ("Email", "PagerDuty", "Slack", "WorkflowExecutionPhase"),
        "authoring.options": ("Annotations", "AuthRole", "ConcurrencyLimitBehavior", "ConcurrencyPolicy", "Labels", "Options"),
        "authoring.pods": ("PodTemplate",),
        "authoring.references": ("get_reference_entity", "reference_launch_plan", "reference_task", "reference_workflow"),
        "authoring.resources": ("Resources",),
        "authoring.schedules": ("CronSchedule", "FixedRate"),
        "authoring.security": ("Secret", "SecurityContext"),
        "authoring.task_metadata": ("TaskMetadata",),
        "authoring.tasks": ("PythonFunctionTask", "task"),
        "authoring.workflows": ("WorkflowFailurePolicy", "workflow"),
        "remote": ("FlyteRemote",),
        "runtime.checkpoint": ("Checkpoint",),
        "runtime.context": ("ExecutionParameters", "current_context"),
        "runtime.deck": ("Deck",),
        "types": ("BatchSize", "FlyteDirectory", "FlyteFile", "HashMethod", "StructuredDataset", "kwtypes"),
    },
    "flytekit.configuration": {
        "authoring.images": ("Image", "ImageConfig"),
        "authoring.settings": ("SerializationSettings",),
    },
    "flytekit.core": {},
    "flytekit.core.annotation": {"types": ("FlyteAnnotation",)},
    "flytekit.core.array_node": {"authoring.array_nodes": ("ArrayNode",), "authoring.maps": ("array_node",)},
    "flytekit.core.array_node_map_task": {
        "authoring.map_tasks": ("ArrayNodeMapTask",),
        "authoring.maps": ("map_task", "map_task as array_node_map_task"),
    },
    "flytekit.core.base_task": {
        "errors": ("IgnoreOutputs",),
        "authoring.python_tasks": ("PythonTask",),
        "authoring.resolver": ("TaskResolver as TaskResolverMixin",),
        "authoring.task_metadata": ("TaskMetadata",),
        "authoring.task_settings": ("DeckField",),
        "authoring.tasks": ("Task",),
        "types": ("kwtypes",),
    },
    "flytekit.core.cache": {"authoring.caching": ("Cache", "CachePolicy", "VersionParameters")},
    "flytekit.core.checkpointer": {"runtime.checkpoint": ("Checkpoint",)},
    "flytekit.core.condition": {
        "authoring.conditionals": ("Case", "Condition", "ConditionalSection", "conditional"),
        "authoring.expressions": ("Comparison as ComparisonExpression", "Conjunction as ConjunctionExpression"),
    },
    "flytekit.core.context_manager": {
        "types.flyte_context": (
            "FlyteContext",
            "FlyteContextManager",
        ),
        "runtime.context": ("ExecutionParameters",),
        "runtime.secrets": ("SecretsManager",),
    },
    "flytekit.core.dynamic_workflow_task": {"authoring.dynamic_tasks": ("dynamic",)},
    "flytekit.core.environment": {"authoring.environments": ("Environment",)},
    "flytekit.core.gate": {"authoring.gates": ("Gate", "approve", "sleep", "wait_for_input")},
    "flytekit.core.hash": {"types": ("HashMethod",)},
    "flytekit.core.launch_plan": {
        "authoring.launch_plans": ("LaunchPlan",),
        "authoring.references": ("ReferenceLaunchPlan", "reference_launch_plan"),
    },
    "flytekit.core.node": {"authoring.nodes": ("Node",)},
    "flytekit.core.node_creation": {"authoring.ordering": ("create_node",)},
    "flytekit.core.notification": {"authoring.notifications": _NOTIFICATIONS},
    "flytekit.core.options": {"authoring.options": ("Options",)},
    "flytekit.core.pod_template": {"authoring.pods": ("PodTemplate",)},
    "flytekit.core.promise": {"authoring.promises": ("Promise", "Void as VoidPromise")},
    "flytekit.core.python_function_task": {
        "authoring.python_tasks": ("PythonInstanceTask",),
        "authoring.eager_workflow": ("eager_failure_task_resolver",),
        "authoring.tasks": ("PythonFunctionTask",),
    },
    "flytekit.core.reference": {"authoring.references": ("get_reference_entity",)},
    "flytekit.core.resources": {"authoring.resources": ("Resources",)},
    "flytekit.core.schedule": {"authoring.schedules": ("CronSchedule", "FixedRate")},
    "flytekit.core.task": {
        "extras.echo": ("Echo",),
        "authoring.task_plugins": ("TaskPlugins",),
        "authoring.references": ("ReferenceTask", "reference_task"),
        "authoring.tasks": ("PythonFunctionTask", "task"),
    },
    "flytekit.core.type_engine": {
        "types.type_engine": (
            "AsyncTypeTransformer",
            "RestrictedTypeError",
            "SimpleTransformer",
            "TypeEngine",
            "TypeTransformer",
            "TypeTransformerFailedError",
        ),
        "types": ("BatchSize", "FlyteAnnotation", "HashMethod"),
    },
    "flytekit.core.workflow": {
        "authoring.imperative": ("ImperativeWorkflow",),
        "authoring.references": ("ReferenceWorkflow", "reference_workflow"),
        "authoring.workflows": ("PythonFunctionWorkflow", "WorkflowBase", "WorkflowFailurePolicy", "workflow"),
    },
    "flytekit.deck": {"authoring.task_settings": ("DeckField",), "runtime.deck": ("Deck",)},
    "flytekit.exceptions": {},
    "flytekit.exceptions.base": {"errors": ("FlyteException", "FlyteRecoverableException")},
    "flytekit.exceptions.eager": {"errors": ("EagerException",)},
    "flytekit.exceptions.system": {"errors": _SYSTEM_ERRORS},
    "flytekit.exceptions.user": {"errors": _USER_ERRORS},
    "flytekit.experimental": {"authoring.eager": ("eager",), "authoring.maps": ("map_task",)},
    "flytekit.extend": {
        "types.type_engine": (
            "TypeEngine",
            "TypeTransformer",
        ),
        "types.file_access": ("FileAccessProvider",),
        "extras.sql": ("SQLTask",),
        "errors": ("IgnoreOutputs",),
        "authoring.task_plugins": ("TaskPlugins",),
        "authoring.shim_tasks": (
            "PythonCustomizedContainerTask",
            "ShimTaskExecutor",
            "TemplateTask as ExecutableTemplateShimTask",
        ),
        "authoring.python_tasks": ("PythonTask",),
        "authoring.class_resolver": ("ClassStorageTaskResolver",),
        "authoring.images": ("Image", "ImageConfig"),
        "authoring.promises": ("Promise",),
        "authoring.resolver": ("TaskResolver as TaskResolverMixin",),
        "authoring.settings": ("SerializationSettings",),
        "runtime.secrets": ("SecretsManager",),
    },
    "flytekit.extras": {},
    "flytekit.extras.accelerators": {
        "authoring.accelerators": (*_DEVICES, "BaseAccelerator", "GPUAccelerator", "MultiInstanceGPUAccelerator")
    },
    "flytekit.loggers": {"authoring.logs": ("logger",)},
    "flytekit.models": {},
    "flytekit.models.common": {"authoring.options": _OPTIONS, "authoring.notifications": ("Notification",)},
    "flytekit.models.concurrency": {"authoring.options": ("ConcurrencyLimitBehavior", "ConcurrencyPolicy")},
    "flytekit.models.core": {},
    "flytekit.models.core.execution": {"authoring.notifications": ("WorkflowExecutionPhase",)},
    "flytekit.models.documentation": {"authoring.documentation": ("Description", "Documentation", "SourceCode")},
    "flytekit.models.security": {"authoring.security": _SECURITY},
    "flytekit.remote": {
        "remote": ("FlyteLaunchPlan", "FlyteRemote", "FlyteTask", "FlyteWorkflow", "FlyteWorkflowExecution"),
    },
    "flytekit.testing": {"runtime.secrets": ("SecretsManager",)},
    "flytekit.types": {},
    "flytekit.types.directory": {
        "compat.file_formats": ("TFRecordsDirectory", "TensorboardLogs"),
        "types": ("FlyteDirectory",),
    },
    "flytekit.types.directory.types": {"types": ("FlyteDirectory",)},
    "flytekit.types.error": {"types": ("FlyteError",)},
    "flytekit.types.file": {"compat.file_formats": _FILE_FORMATS, "types": ("FileExt", "FlyteFile")},
    "flytekit.types.file.file": {"types": ("FileExt", "FlyteFile")},
    "flytekit.types.structured": {"types": ("StructuredDataset",)},
    "flytekit.types.structured.structured_dataset": {"types": ("StructuredDataset",)},
    "flytekit.core.base_sql_task": {
        "extras.sql": ("SQLTask",),
    },
    "flytekit.core.class_based_resolver": {
        "authoring.class_resolver": ("ClassStorageTaskResolver",),
    },
    "flytekit.core.container_task": {
        "extras.container_task": ("ContainerTask",),
    },
    "flytekit.core.data_persistence": {
        "types.file_access": ("FileAccessProvider",),
    },
    "flytekit.core.interface": {
        "authoring.declared_interface": ("DeclaredInterface as Interface",),
    },
    "flytekit.core.python_auto_container": {
        "authoring.python_tasks": ("PythonAutoContainerTask",),
    },
    "flytekit.core.python_customized_container_task": {
        "authoring.shim_tasks": (
            "PythonCustomizedContainerTask",
            "TaskTemplateResolver",
            "default_task_template_resolver",
        ),
    },
    "flytekit.core.shim_task": {
        "authoring.shim_tasks": (
            "ShimTaskExecutor",
            "TemplateTask as ExecutableTemplateShimTask",
        ),
    },
    "flytekit.core.tracker": {
        "authoring.instances": ("Instance as TrackedInstance",),
    },
    "flytekit.extras.sqlite3": {},
    "flytekit.extras.sqlite3.task": {
        "extras.sqlite": (
            "SQLite3Config",
            "SQLite3Task",
            "SQLite3TaskExecutor",
        ),
    },
    "flytekit.extras.tasks": {},
    "flytekit.extras.tasks.shell": {
        "extras.shell_command": (
            "ProcessResult",
            "subproc_execute",
        ),
        "extras.shell": (
            "OutputLocation",
            "RawShellTask",
            "ShellTask",
            "get_raw_shell_task",
        ),
    },
    "flytekit.models.literals": {
        "idl.core": (
            "Binary",
            "Blob",
            "BlobMetadata",
            "Literal",
            "LiteralCollection",
            "LiteralMap",
            "Primitive",
            "Scalar",
            "Schema",
            "StructuredDataset",
            "StructuredDatasetMetadata",
            "Union",
            "Void",
        ),
    },
    "flytekit.models.types": {
        "idl.core": (
            "Error",
            "LiteralType",
            "SchemaType",
            "SimpleType",
            "StructuredDatasetType",
            "TypeAnnotation as TypeAnnotationModel",
            "TypeStructure",
            "UnionType",
        ),
    },
    "flytekit.models.core.types": {
        "idl.core": (
            "BlobType",
            "EnumType",
        ),
    },
    "flytekit.models.interface": {
        "idl.core": (
            "TypedInterface",
            "Variable",
            "VariableMap",
        ),
    },
    "flytekit.models.task": {
        "idl.core": (
            "Container",
            "Resources",
            "TaskTemplate",
        ),
    },
    "flytekit.sensor": {
        "extras.sensors": (
            "BaseSensor",
            "FileSensor",
        ),
    },
    "flytekit.sensor.base_sensor": {
        "extras.sensors": ("BaseSensor",),
    },
    "flytekit.sensor.file_sensor": {
        "extras.sensors": ("FileSensor",),
    },
    "flytekit.types.schema": {
        "types.schema": ("FlyteSchema",),
    },
    "flytekitplugins": {},
    "flytekitplugins.sleep": {
        "extras.sleep": (
            "Sleep",
            "SleepTask",
        ),
    },
}


def locations(module: str) -> dict[str, tuple[str, str]]:
    """Each name of a flytekit module, with the Glidepath module and the name that it has there."""
    found: dict[str, tuple[str, str]] = {}
    for target, names in TABLE[module].items():
        for entry in names:
            ours, _, theirs = entry.partition(" as ")
            found[theirs or ours] = (f"glidepath.{target}", ours)
    return found
