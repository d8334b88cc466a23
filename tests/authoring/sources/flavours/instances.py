"""Tasks that are objects: shell, containers, echo, SQL, sensors, classes of one's own."""

import functools
import typing
from dataclasses import dataclass
from datetime import timedelta

from flytekit import (
    ContainerTask,
    PythonFunctionTask,
    PythonInstanceTask,
    Resources,
    Secret,
    SQLTask,
    TaskMetadata,
    kwtypes,
    map_task,
    task,
    workflow,
)
from flytekit.core.base_task import PythonTask, TaskResolverMixin
from flytekit.core.class_based_resolver import ClassStorageTaskResolver
from flytekit.core.task import Echo, TaskPlugins
from flytekit.core.tracker import TrackedInstance
from flytekit.extend import Interface
from flytekit.extras.sqlite3.task import SQLite3Config, SQLite3Task
from flytekit.extras.tasks.shell import OutputLocation, ShellTask, get_raw_shell_task
from flytekit.sensor.base_sensor import BaseSensor
from flytekit.sensor.file_sensor import FileSensor
from flytekit.types.directory import FlyteDirectory
from flytekit.types.file import FlyteFile
from flytekit.types.schema import FlyteSchema

area = ContainerTask(
    name="area",
    image="alpine:3",
    input_data_dir="/var/inputs",
    output_data_dir="/var/outputs",
    inputs=kwtypes(a=float, b=float),
    outputs=kwtypes(area=float, note=str),
    command=["sh", "-c", "echo {{.inputs.a}} > /var/outputs/area"],
)

full_container = ContainerTask(
    name="full_container",
    image="{{.image.trainer}}",
    command=["prog"],
    arguments=["--file", "{{.inputs.q}}"],
    inputs=kwtypes(q=FlyteFile, d=FlyteDirectory, xs=typing.List[int]),
    metadata_format=ContainerTask.MetadataFormat.YAML,
    environment={"B": "1", "A": "2"},
    requests=Resources(cpu="1", mem="2Gi"),
    limits=Resources(cpu="2"),
    secret_requests=[Secret(group="g", key="k")],
    metadata=TaskMetadata(
        retries=3, cache=True, cache_version="1", timeout=60, interruptible=True, cache_serialize=True, deprecated="old"
    ),
)

plain_container = ContainerTask(
    name="plain_container",
    image="a:1",
    command=["true"],
    metadata_format=ContainerTask.MetadataFormat.PROTO,
    pod_template_name="there",
    resources=Resources(cpu=("1", "2")),
)

shell = ShellTask(
    name="shell",
    script="cat {inputs.f} > {outputs.y}; echo {inputs.x}",
    inputs=kwtypes(x=int, f=FlyteFile),
    output_locs=[
        OutputLocation(var="y", var_type=FlyteFile, location="{inputs.f}.txt"),
        OutputLocation(var="d", var_type=FlyteDirectory, location="/tmp/{inputs.x}"),
    ],
    metadata=TaskMetadata(retries=2),
    requests=Resources(cpu="1"),
    container_image="{{.image.trainer}}",
)

bare_shell = ShellTask(name="bare_shell", debug=True, script="ls")

raw_shell = get_raw_shell_task(name="raw_shell")

echo = Echo(name="echo", inputs={"n": int})
echoes = Echo(name="echoes", inputs={"n": int, "s": str})
silence = Echo(name="silence")

select = SQLite3Task(
    name="select",
    query_template="""
        select *
        from t
        where id < {{.inputs.limit}}
    """,
    inputs=kwtypes(limit=int),
    task_config=SQLite3Config(uri="https://example.com/y.zip", compressed=True),
    container_image="img:v7",
)

typed_select = SQLite3Task(
    name="typed_select",
    query_template="select id, name from t",
    output_schema_type=FlyteSchema[kwtypes(id=int, name=str, at=timedelta)],
    task_config=SQLite3Config(uri="s3://b/x.db"),
    container_image="img:v7",
    metadata=TaskMetadata(retries=1),
)

statement = SQLTask(
    name="statement",
    query_template="select\n  {{ .inputs.a }}",
    task_type="hive2",
    inputs=kwtypes(a=int),
    outputs=kwtypes(results=FlyteSchema),
)

wait = FileSensor(name="wait", timeout=60)


class Row(BaseSensor):
    def __init__(self, name: str, sensor_config=None, **kwargs):
        super().__init__(name=name, sensor_config=sensor_config, **kwargs)

    async def poke(self, table: str, n: int = 3) -> bool:
        """Looks.

        :param table: which one
        """
        return True


class RowConfig:
    def to_dict(self):
        return {"host": "h", "port": 5}


row = Row("row", timeout=timedelta(minutes=2))
configured_row = Row("configured_row", sensor_config=RowConfig())


class Add(PythonInstanceTask):
    def __init__(self, name: str, by: int, **kwargs):
        self.by = by
        super().__init__(
            name,
            task_config={"by": by},
            task_type="add",
            interface=Interface(inputs={"a": int, "b": (int, 4)}, outputs={"sum": int}),
            **kwargs,
        )

    def execute(self, **kwargs):
        return kwargs["a"] + self.by

    def get_custom(self, settings):
        return {"by": self.by, "nested": {"list": [1, "x", None]}}

    def get_config(self, settings):
        return {"key": "value"}


add = Add("add", 5, environment={"E": "1"}, requests=Resources(mem="1Gi"), metadata=TaskMetadata(timeout=timedelta(hours=1)))
add_deck = Add("named.differently", 5, enable_deck=True)


class Thought(PythonTask):
    def __init__(self, name: str):
        super().__init__("thought", name, task_config=None, interface=Interface(outputs={"o0": str}), task_type_version=3)

    def execute(self, **kwargs):
        return "hm"


thought = Thought("thought")


@dataclass
class Engine:
    cores: int = 2


class EngineTask(PythonFunctionTask[Engine]):
    def __init__(self, task_config: Engine, task_function, **kwargs):
        kinds = {"task_type": "engine", "task_type_version": 2}
        super().__init__(task_config=task_config, task_function=task_function, **kinds, **kwargs)

    def get_custom(self, settings):
        return {"cores": self.task_config.cores}

    def get_command(self, settings):
        return ["wrap", *super().get_command(settings)]


TaskPlugins.register_pythontask_plugin(Engine, EngineTask)


@task(task_config=Engine(cores=8), retries=2, cache=True, cache_version="7", requests=Resources(cpu="3"))
def crunch(a: int) -> int:
    """Crunches.

    Args:
        a: a number
    """
    return a + 1


@dataclass
class Store:
    kind: str = "s"


class StoreTask(PythonFunctionTask[Store]):
    def __init__(self, task_config: Store, task_function, **kwargs):
        super().__init__(task_config=task_config, task_type="store", task_function=task_function, **kwargs)

    def get_custom(self, settings):
        return {"kind": self.task_config.kind}

    def get_config(self, settings):
        return {"of": "store"}


TaskPlugins.register_pythontask_plugin(Store, StoreTask)


@task(task_config=Store(), environment={"X": "y"}, retries=3)
def put(a: int) -> int:
    return a


@workflow
def maps(xs: typing.List[int]) -> typing.Tuple[typing.List[int], typing.List[int]]:
    map_task(add_deck)(a=xs, b=xs)
    return map_task(put)(a=xs), map_task(add, concurrency=2)(a=xs, b=xs)


class Own(TrackedInstance, TaskResolverMixin):
    def name(self):
        return "own"

    def load_task(self, loader_args):
        return globals()[loader_args[1]]

    def loader_args(self, settings, t):
        return ["found-by", t.task_function.__name__]

    def get_all_tasks(self):
        return []


own = Own()


@task(task_resolver=own)
def resolved(a: int) -> int:
    return a


listed = ClassStorageTaskResolver()


@task(task_resolver=listed)
def kept(a: int) -> int:
    return a


listed.add(kept)


def logged(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


@task
@logged
def wrapped(a: int) -> int:
    return a


@workflow
def all_of_them(a: int = 1, path: str = "/tmp/x") -> typing.Tuple[int, str]:
    wait(path=path)
    row(table="t", n=5)
    sum_ = add(a=a, b=echo(n=a))
    select(limit=sum_)
    area(a=1.0, b=2.0)
    return crunch(a=kept(a=wrapped(a=sum_))), thought()
