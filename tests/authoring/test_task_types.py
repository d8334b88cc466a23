"""Task classes, plug-ins for task_config, resolvers: what authors of task types rely on."""

from __future__ import annotations

import functools
import warnings
from dataclasses import dataclass

import pytest

from glidepath import PythonInstanceTask, current_context, map_task, task, workflow
from glidepath.authoring import SerializationSettings, TaskMetadata, TaskResolver
from glidepath.authoring.class_resolver import ClassStorageTaskResolver
from glidepath.authoring.declared_interface import DeclaredInterface
from glidepath.authoring.python_tasks import PythonTask
from glidepath.authoring.resolver import load_task
from glidepath.authoring.shim_tasks import PythonCustomizedContainerTask, ShimTaskExecutor
from glidepath.authoring.task_plugins import PluginFunctionTask, TaskPlugins
from glidepath.errors import (
    FlyteAssertion,
    FlyteEntityNotFoundException,
    FlyteTypeException,
    FlyteValidationException,
    FlyteValueException,
)
from glidepath.idl import core


class Times(PythonInstanceTask):
    def __init__(self, name: str, factor: int = 2, **options) -> None:
        interface = DeclaredInterface({"n": int, "more": (int, 1)}, {"product": int})
        super().__init__(name, {"factor": factor}, interface=interface, **options)

    def execute(self, **inputs):
        return inputs["n"] * self.task_config["factor"] * inputs["more"]


double = Times("double")
triple = Times("named.otherwise", 3)


@dataclass
class Session:
    name: str


class SessionTask(PluginFunctionTask[Session]):
    calls: list[object] = []

    def __init__(self, task_config, task_function, **options):
        super().__init__(task_config=task_config, task_function=task_function, task_type="session", **options)

    def pre_execute(self, user_params):
        self.calls.append("pre")
        return user_params.builder().add_attr("session", self.task_config.name).build()

    def post_execute(self, user_params, rval):
        self.calls.append(("post", user_params.session))
        return rval + 1


TaskPlugins.register_pythontask_plugin(Session, SessionTask)


@task(task_config=Session("s1"), retries=2)
def length(n: int) -> int:
    return n + len(current_context().session)


class Listed(ClassStorageTaskResolver):
    pass


listed = Listed()


@task(task_resolver=listed)
def kept(n: int) -> int:
    return n


listed.add(kept)


@workflow
def all_kinds(n: int) -> int:
    return kept(n=length(n=triple(n=double(n=n, more=5))))


def args_of(entity) -> list[str]:
    return list(entity.template(SerializationSettings()).container.args)


def test_instances_run_alone_and_in_workflows():
    assert double(n=4) == 8
    assert all_kinds(n=1) == 33


def test_defaults_of_a_declared_interface_apply():
    assert double(n=3) == 6
    assert double(n=3, more=4) == 24


def test_container_loads_an_instance_by_its_variable():
    assert args_of(triple)[-4:] == ["task-module", triple.module, "task-name", "triple"]


def test_instances_can_be_mapped():
    assert map_task(double)(n=[1, 2, 3], more=[1, 1, 1]) == [2, 4, 6]


def test_plug_in_wraps_the_function_with_its_hooks():
    SessionTask.calls.clear()
    assert length(n=4) == 7
    assert SessionTask.calls == ["pre", ("post", "s1")]
    template = length.template(SerializationSettings())
    assert (template.type, template.metadata.retries.retries) == ("session", 2)


def test_every_function_task_counts_as_the_class_that_plug_ins_extend():
    assert isinstance(kept, PluginFunctionTask)
    assert not isinstance(kept, SessionTask)
    assert issubclass(SessionTask, PluginFunctionTask)
    assert not isinstance(double, PluginFunctionTask)


def test_configuration_has_one_plug_in():
    TaskPlugins.register_pythontask_plugin(Session, SessionTask)
    with pytest.raises(FlyteTypeException, match="Session configures SessionTask already"):
        TaskPlugins.register_pythontask_plugin(Session, PluginFunctionTask)


def test_configuration_without_a_plug_in_has_no_effect_and_says_so():
    with pytest.warns(UserWarning, match="no plug-in is registered for task_config="):

        @task(task_config=object())
        def plain(n: int) -> int:
            return n

    assert (plain(n=3), plain.task_type) == (3, "python-task")


def test_plug_in_with_a_wrong_constructor_is_told():
    class Odd:
        pass

    class OddTask(PluginFunctionTask):
        def __init__(self, task_config):
            pass

    TaskPlugins.register_pythontask_plugin(Odd, OddTask)
    with pytest.raises(FlyteValidationException, match="the plug-in of .*Odd cannot make a task"):

        @task(task_config=Odd())
        def odd(n: int) -> int:
            return n


def test_literals_are_handed_to_who_wants_them():
    class Raw(PythonTask):
        def dispatch_execute(self, ctx, input_literal_map):
            literal = input_literal_map.literals["n"]
            literal.scalar.primitive.integer *= 10
            return super().dispatch_execute(ctx, input_literal_map)

        def execute(self, **inputs):
            return inputs["n"]

    assert Raw("raw", "raw", interface=DeclaredInterface({"n": int}, {"o0": int}))(n=4) == 40


def test_what_a_hook_raises_is_the_users_error():
    class Broken(PythonTask):
        def pre_execute(self, user_params):
            raise ZeroDivisionError("before")

    with pytest.raises(ZeroDivisionError, match="before"):
        Broken("broken", "broken")()


def test_task_without_code_says_what_it_needs():
    with pytest.raises(FlyteAssertion, match="type nowhere, which has no code to run in this process"):
        PythonTask("nowhere", "t")()


def test_unknown_options_are_refused():
    with pytest.raises(FlyteValidationException, match="no argument 'retrys'"):
        Times("t", retrys=3)


def test_metadata_is_checked_and_kept():
    metadata = TaskMetadata(retries=2, timeout=30, cache=True, cache_version="1", cache_serialize=True)
    made = Times("t", metadata=metadata)
    assert made.metadata == TaskMetadata(
        retries=2, timeout=30, cache=True, cache_version="1", cache_serialize=True, pod_template_name=None
    )
    with pytest.raises(FlyteValidationException, match="needs a version"):
        TaskMetadata(cache=True)
    with pytest.raises(FlyteValidationException, match="are for caches"):
        TaskMetadata(cache_serialize=True)


def test_command_of_an_instance_can_be_replaced():
    made = Times("t")
    made.set_command_fn(lambda settings: ["mine", settings.version])
    assert list(made.get_container(SerializationSettings(version="v")).args) == ["mine", "v"]


def test_listed_tasks_are_found_by_position():
    assert (listed.location, listed.loader_args(None, kept)) == (f"{__name__}.listed", ["0"])
    assert args_of(kept)[-4:] == ["--resolver", f"{__name__}.listed", "--", "0"]
    assert listed.load_task(["0"]) is kept
    with pytest.raises(FlyteEntityNotFoundException, match="keeps 1 tasks, and none at '7'"):
        listed.load_task(["7"])
    with pytest.raises(FlyteValueException, match="not kept by its resolver"):
        listed.loader_args(None, double)


def test_resolver_of_ones_own_needs_two_methods_only():
    class Own(TaskResolver):
        def loader_args(self, settings, task):
            return [task.name]

        def load_task(self, loader_args):
            return double

    own = Own()
    assert (own.name(), own.get_all_tasks(), own.task_name(double)) == ("Own", [], None)
    with pytest.raises(FlyteValidationException, match="is no variable of module"):
        own.location  # noqa: B018


@pytest.mark.parametrize(
    ("location", "given", "said"),
    [
        (lambda self: "m.own", ["0"], "location of the resolver Own is <bound method"),
        ("m.own", [0], r"loader_args of the resolver Own gave \[0\], not a list of texts"),
        ("m.own", "word", "loader_args of the resolver Own gave 'word', not a list of texts"),
    ],
)
def test_resolver_that_gives_no_texts_is_told_so(location, given, said):
    class Own(TaskResolver):
        def loader_args(self, settings, task):
            return given

        def load_task(self, loader_args):
            return double

    Own.location = location

    @task(task_resolver=Own())
    def plain(n: int) -> int:
        return n

    with pytest.raises(FlyteValidationException, match=said):
        args_of(plain)


def test_task_class_may_say_what_its_tasks_are_called():
    class Versioned(Times):
        @property
        def name(self):
            return f"{super().name}-of-{self.task_config['factor']}"

    made = Versioned("triple", 3)
    assert made.name == "triple-of-3"
    assert made.template(SerializationSettings(in_process=True)).id.name == "triple-of-3"


def test_decorated_functions_keep_their_names():
    def logged(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            return function(*args, **kwargs)

        return wrapper

    @task
    @logged
    def plain(n: int) -> int:
        return n

    assert plain.name.endswith("test_task_types.plain")
    assert plain(n=3) == 3


class Shout(ShimTaskExecutor):
    def execute_from_model(self, tt: core.TaskTemplate, **inputs):
        return f"{inputs['word']}{tt.custom['mark']}"


class ShoutTask(PythonCustomizedContainerTask):
    def __init__(self, name: str, **options) -> None:
        interface = DeclaredInterface({"word": str}, {"o0": str})
        super().__init__(name, None, "img:1", Shout, task_type="shout", interface=interface, **options)

    def get_custom(self, settings):
        return {"mark": "!"}


def test_customised_container_runs_from_its_template(tmp_path):
    shout = ShoutTask("shout")
    assert shout(word="hi") == "hi!"
    (tmp_path / "task.pb").write_bytes(shout.template(SerializationSettings()).SerializeToString())
    resolver = "glidepath.authoring.shim_tasks.default_task_template_resolver"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = load_task(resolver, [str(tmp_path / "task.pb"), f"{__name__}.Shout"])
    assert found(word="ho") == "ho!"
