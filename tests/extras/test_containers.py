from datetime import timedelta
from pathlib import Path

import pytest

from glidepath import ContainerTask, FlyteDirectory, FlyteFile, PodTemplate, kwtypes, workflow
from glidepath.authoring import SerializationSettings
from glidepath.errors import FlyteAssertion, FlyteRecoverableException, FlyteValidationException
from glidepath.idl import core
from glidepath.runtime.container_outputs import ContainerOutputError


def container(tmp_path, script, **options):
    folders = {"input_data_dir": f"{tmp_path}/seen/in", "output_data_dir": f"{tmp_path}/seen/out"}
    return ContainerTask(name="c", image="img:1", command=["sh", "-c", script], **{**folders, **options})


def test_values_come_as_files_and_as_text(tmp_path):
    seen = f"{tmp_path}/seen"
    script = f"expr $(cat {seen}/in/a) + {{{{.inputs.b}}}} > {seen}/out/total; cat {seen}/in/inputs.yaml > {seen}/out/doc"
    task = container(
        tmp_path,
        script,
        inputs=kwtypes(a=int, b=int),
        outputs=kwtypes(total=int, doc=FlyteFile),
        metadata_format=ContainerTask.MetadataFormat.YAML,
    )
    total, doc = task(a=3, b=4)
    assert (total, Path(doc).read_text()) == (7, "a: 3\nb: 4\n")


def test_files_and_folders_go_in_and_out_of_a_workflow(tmp_path):
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "f").write_text("deep")
    seen = f"{tmp_path}/seen"
    task = container(
        tmp_path, f"cp -r {seen}/in/d {seen}/out/copy", inputs=kwtypes(d=FlyteDirectory), outputs=kwtypes(copy=FlyteDirectory)
    )

    @workflow
    def wf(d: FlyteDirectory) -> FlyteDirectory:
        return task(d=d)

    assert Path(f"{wf(d=str(tmp_path / 'd'))}/f").read_text() == "deep"


def test_arguments_follow_the_command_and_the_environment_is_set(tmp_path):
    task = ContainerTask(
        name="c",
        image="img:1",
        command=["sh", "-c", 'echo "$0 $WHO" > $1'],
        arguments=["{{ .Inputs.word }}", f"{tmp_path}/said"],
        inputs=kwtypes(word=str),
        environment={"WHO": "there"},
    )
    task(word="hello")
    assert (tmp_path / "said").read_text() == "hello there\n"


def test_missing_program_is_named(tmp_path):
    task = ContainerTask(name="c", image="ghcr.io/acme/tool:1", command=["no-such-tool"])
    with pytest.raises(FlyteValidationException, match="runs 'no-such-tool' of image ghcr.io/acme/tool:1"):
        task()


@pytest.mark.parametrize(
    ("script", "error", "message"),
    [
        ("echo oh; exit 4", FlyteRecoverableException, "exited with code 4. Its last output:\noh"),
        ("echo no > {seen}/out/_ERROR", ContainerOutputError, "User Error: no"),
        ("true", ContainerOutputError, "output 'n': there is no file n"),
        ("echo x > {seen}/out/n", ContainerOutputError, "output 'n': invalid literal"),
    ],
)
def test_failures_are_told(tmp_path, script, error, message):
    task = container(tmp_path, script.format(seen=f"{tmp_path}/seen"), outputs=kwtypes(n=int))
    with pytest.raises(error, match=message):
        task()


def test_unknown_input_in_the_command_is_told(tmp_path):
    with pytest.raises(FlyteAssertion, match="no input 'x'"):
        container(tmp_path, "echo {{.inputs.x}}")()


def test_strategy_and_pod_are_in_the_template():
    task = ContainerTask(
        name="c",
        image="img:1",
        command=["x"],
        io_strategy=ContainerTask.IOStrategy.DO_NOT_DOWNLOAD,
        pod_template=PodTemplate(primary_container_name="main"),
    )
    template = task.template(SerializationSettings())
    assert template.k8s_pod.data_config.io_strategy.download_mode == core.IOStrategy.DO_NOT_DOWNLOAD
    assert template.config["primary_container_name"] == "main"
    assert template.k8s_pod.pod_spec["containers"][0]["command"] == ["x"]


def test_time_comes_out_of_a_file(tmp_path):
    task = container(tmp_path, f"echo 1h30m > {tmp_path}/seen/out/t", outputs=kwtypes(t=timedelta))
    assert task() == timedelta(minutes=90)
