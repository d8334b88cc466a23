import pytest
from google.protobuf.json_format import ParseDict

from glidepath.errors import FlyteValidationException, FlyteValueException
from glidepath.executors.containers import Demand, container_of, demand_of
from glidepath.idl import core

Entry = core.Resources.ResourceEntry


def container(requests: dict[int, str], limits: dict[int, str]) -> core.Container:
    found = core.Container()
    found.resources.requests.extend(Entry(name=name, value=value) for name, value in requests.items())
    found.resources.limits.extend(Entry(name=name, value=value) for name, value in limits.items())
    return found


def test_a_task_that_asks_for_nothing_has_no_limit() -> None:
    assert demand_of(core.Container()) == Demand(None, None, 0, None)


def test_request_and_limit_stand_in_for_each_other() -> None:
    cpu, memory = core.Resources.CPU, core.Resources.MEMORY
    assert demand_of(container({cpu: "500m"}, {memory: "1Gi"})) == Demand(0.5, 2**30, 0, 2**30)
    assert demand_of(container({memory: "1Gi"}, {memory: "2Gi"})) == Demand(None, 2**30, 0, 2**31)
    assert demand_of(container({memory: "1Gi", core.Resources.GPU: "2"}, {})).gpus == 2


def test_zero_counts_as_not_asked() -> None:
    assert demand_of(container({core.Resources.CPU: "0"}, {})).cpus is None


def test_nonsense_is_refused() -> None:
    with pytest.raises(FlyteValueException, match="'much' is not an amount"):
        demand_of(container({core.Resources.CPU: "much"}, {}))


def test_takes_the_primary_container_of_a_pod() -> None:
    task = core.TaskTemplate()
    side = {"name": "side", "image": "s"}
    main = {
        "name": "main",
        "image": "m",
        "args": ["run", "it"],
        "env": [{"name": "A", "value": "1"}, {"name": "B", "valueFrom": {}}],
        "resources": {"requests": {"cpu": 2, "memory": "1Gi"}},
    }
    ParseDict({"containers": [side, main]}, task.k8s_pod.pod_spec)
    task.k8s_pod.primary_container_name = "main"
    found = container_of(task)
    assert (found.image, list(found.args)) == ("m", ["run", "it"])
    assert [(pair.key, pair.value) for pair in found.env] == [("A", "1")]
    assert demand_of(found) == Demand(2.0, 2**30, 0, 2**30)


def test_a_pod_without_the_primary_container_is_refused() -> None:
    task = core.TaskTemplate()
    ParseDict({"containers": [{"name": "a"}, {"name": "b"}]}, task.k8s_pod.pod_spec)
    with pytest.raises(FlyteValidationException, match="no container named 'primary'"):
        container_of(task)


def test_a_template_without_container_is_refused() -> None:
    with pytest.raises(FlyteValidationException, match="'bigquery_query_job_task' has no container"):
        container_of(core.TaskTemplate(type="bigquery_query_job_task", sql=core.Sql(statement="select 1")))
