"""Sensors, sleep and echo in this process."""

import threading
import time
from dataclasses import dataclass
from datetime import timedelta

import pytest

from glidepath import kwtypes, task, workflow
from glidepath.authoring import SerializationSettings
from glidepath.errors import FlyteTimeout, FlyteValidationException
from glidepath.extras.echo import Echo
from glidepath.extras.sensors import BaseSensor, FileSensor
from glidepath.extras.sleep import CoreSleep, Sleep
from glidepath.runtime.sensor_program import sensor_of


@dataclass
class Limit:
    polls: int


class Polls(BaseSensor):
    interval = timedelta(0)

    def __init__(self, name, sensor_config=None, **options):
        super().__init__(name, sensor_config=sensor_config, **options)
        self.asked = 0

    async def poke(self, n: int = 3) -> bool:
        self.asked += 1
        return self.asked >= n


def test_sensor_polls_until_it_is_true():
    sensor = Polls("s")
    assert sensor(n=4) is None
    assert sensor.asked == 4


def test_sensor_gives_up_after_its_timeout():
    class Slow(Polls):
        interval = timedelta(seconds=2)

    with pytest.raises(FlyteTimeout, match="has waited for 1 s in vain"):
        Slow("s", timeout=1)(n=4)


def test_file_sensor_waits_for_a_file_in_a_workflow(tmp_path):
    wait = FileSensor("wait")
    wait.interval = timedelta(milliseconds=10)
    path = tmp_path / "there"

    @workflow
    def wf(path: str) -> None:
        wait(path=path)

    threading.Timer(0.1, path.touch).start()
    wf(path=str(path))
    assert path.exists()


def test_sensor_is_made_again_from_its_template():
    template = Polls("s", sensor_config=Limit(5)).template(SerializationSettings())
    template.custom["sensor_module"] = __name__
    import sys

    sys.modules[__name__] = sys.modules.get(__name__) or __import__(__name__)
    found = sensor_of(template)
    assert (found.name, found.task_config) == ("s", {"polls": 5.0})


def test_sensor_of_a_class_that_is_not_there_is_told():
    template = Polls("s").template(SerializationSettings())
    template.custom["sensor_module"] = "nowhere.at.all"
    with pytest.raises(Exception, match="install its module in the server's environment"):
        sensor_of(template)


def test_sensor_needs_something_to_poll():
    with pytest.raises(FlyteValidationException, match="does not say what it waits for"):
        BaseSensor("s")


def test_function_with_sleep_sleeps_in_place_of_its_body():
    ran = []

    @task(task_config=Sleep())
    def nap(duration: timedelta) -> None:
        ran.append(duration)

    @workflow
    def wf(duration: timedelta) -> None:
        nap(duration=duration)

    begun = time.monotonic()
    wf(duration=timedelta(milliseconds=50))
    assert time.monotonic() - begun >= 0.05
    assert ran == []
    assert nap.template(SerializationSettings(in_process=True)).type == "core-sleep"


def test_sleep_takes_one_duration():
    with pytest.raises(FlyteValidationException, match="takes one timedelta and gives nothing"):

        @task(task_config=Sleep())
        def nap(seconds: int) -> None: ...


def test_core_sleep_is_a_task_by_itself():
    nap = CoreSleep("nap")
    begun = time.monotonic()
    nap(duration=timedelta(milliseconds=30))
    assert time.monotonic() - begun >= 0.03


def test_echo_gives_back_what_it_gets():
    assert Echo("e", kwtypes(n=int))(n=4) == 4
    assert Echo("e", kwtypes(n=int, s=str))(n=4, s="x") == (4, "x")
    assert Echo("e")() is None


def test_echo_of_several_values_tells_their_order():
    settings = SerializationSettings(in_process=True)
    assert dict(Echo("e", kwtypes(z=int, a=int)).template(settings).config) == {"echo_inputs": "z,a"}
    assert not Echo("e", kwtypes(n=int)).template(settings).config
