import gzip
import hashlib
import io
import tarfile

import grpc
import package_samples as entities
import pytest

from glidepath.cli.flytectl.register import bundle as bundles, sources
from glidepath.cli.flytectl.register.hydrate import Settings, hydrate
from glidepath.cli.flytectl.register.protos import parse
from glidepath.errors import FlyteValueException
from glidepath.idl import admin, core
from glidepath.idl.ids import text_of

SETTINGS = Settings("p", "d", "v9")


def register(flytectl, *args):
    return flytectl("register", "files", *args, "--version", "v1")


def test_an_archive_registers_and_its_code_is_uploaded_unpacked(flytectl, store, tmp_path):
    result = register(flytectl, "--archive", str(entities.package(tmp_path / "wf.tgz", code=b"a tar")))
    assert (result.code, result.err) == (0, "")
    assert [text_of(request.id) for request in store.entities.values()] == [
        "flytesnacks/development/hello.greet@v1",
        "flytesnacks/development/hello.wf@v1",
        "flytesnacks/development/hello.wf@v1",
    ]
    digest = hashlib.md5(b"a tar").hexdigest()
    assert list(store.uploads.values()) == [b"a tar"]
    native = f"s3://bucket/flytesnacks/development/{digest}/fast0123.tar.gz"
    assert list(store.last("CreateTask").spec.template.container.args) == ["x", native, "."]
    assert result.out.splitlines()[1].startswith("| NAME ") and result.out.endswith("3 rows\n")
    assert result.out.count("Successfully registered file") == 3


def test_again_is_a_success(flytectl, tmp_path):
    path = str(entities.package(tmp_path / "wf.tgz"))
    register(flytectl, "--archive", path)
    result = register(flytectl, "--archive", path)
    assert result.code == 0 and result.out.count("AlreadyExists") == 3


def test_files_folders_and_globs(flytectl, store, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/0_hello.greet_1.pb").write_bytes(entities.task().SerializeToString())
    assert register(flytectl, str(tmp_path / "out")).code == 0
    assert register(flytectl, str(tmp_path / "out/*.pb")).out.count("AlreadyExists") == 1
    assert register(flytectl, "out/0_hello.greet_1.pb").out.count("AlreadyExists") == 1
    assert len(store.entities) == 1


def test_a_package_from_the_web(flytectl, store, server, tmp_path, monkeypatch):
    data = entities.package(tmp_path / "wf.tgz").read_bytes()
    handler = server.http.RequestHandlerClass
    monkeypatch.setattr(handler, "do_GET", lambda self: self._answer(200, data), raising=False)
    url = f"http://localhost:{store.http_port}/a/wf.tgz?x=1"
    assert register(flytectl, "--archive", url).code == 0 and len(store.entities) == 3


def test_a_missing_address_of_the_web_is_told(flytectl, store, server, monkeypatch):
    monkeypatch.setattr(server.http.RequestHandlerClass, "do_GET", lambda self: self._answer(404, b""), raising=False)
    result = register(flytectl, "--archive", f"http://localhost:{store.http_port}/wf.tgz")
    assert result.code == 1 and "HTTP 404" in result.err


def test_a_dry_run_sends_nothing(flytectl, store, tmp_path):
    result = register(flytectl, "--archive", str(entities.package(tmp_path / "wf.tgz", code=b"x")), "--dryRun")
    assert result.code == 0 and not store.calls and not store.uploads


def test_the_table_is_printed_on_failure_too(flytectl, store, tmp_path):
    store.faults["CreateTask"] = [(grpc.StatusCode.INVALID_ARGUMENT, "task with different structure already exists")]
    result = register(flytectl, "--archive", str(entities.package(tmp_path / "wf.tgz")))
    assert result.code == 1
    assert "Error registering file due to task with different structure" in result.out and result.out.count("Skipped") == 2
    assert result.err.startswith("Error: 1 of 3 files failed to register")


def test_continue_on_error_goes_on(flytectl, store, tmp_path):
    files = {"0_a_1.pb": b"\xff\xff", "1_hello.greet_1.pb": entities.task().SerializeToString()}
    path = str(entities.package(tmp_path / "wf.tgz", files))
    assert register(flytectl, "--archive", path).code == 1 and not store.entities
    result = register(flytectl, "--archive", path, "--continueOnError")
    assert result.code == 1 and len(store.entities) == 1 and "Error unmarshalling file due to" in result.out


def test_an_upload_that_fails_registers_nothing(flytectl, store, tmp_path):
    store.upload_status = 400
    result = register(flytectl, "--archive", str(entities.package(tmp_path / "wf.tgz", code=b"x")))
    assert result.code == 1 and not store.entities and "checksum does not match" in result.out


def test_schedules_are_activated_on_demand(flytectl, store, tmp_path):
    scheduled = entities.plan(schedule="@daily")
    scheduled.spec.default_inputs.parameters["name"].default.scalar.primitive.string_value = "Ada"
    files = {
        "0_hello.greet_1.pb": entities.task().SerializeToString(),
        "1_hello.wf_2.pb": entities.workflow().SerializeToString(),
        "2_hello.wf_3.pb": scheduled.SerializeToString(),
    }
    assert register(flytectl, "--archive", str(entities.package(tmp_path / "wf.tgz", files)), "--enableSchedule").code == 0
    assert store.last("UpdateLaunchPlan").state == admin.LaunchPlanState.ACTIVE


def test_a_schedule_without_its_inputs_is_refused(flytectl, store, tmp_path):
    files = {
        "0_hello.wf_2.pb": entities.workflow().SerializeToString(),
        "1_hello.wf_3.pb": entities.plan(schedule="@daily").SerializeToString(),
    }
    result = register(flytectl, "--archive", str(entities.package(tmp_path / "wf.tgz", files)))
    assert result.code == 1 and "following params [name]" in result.out and not store.entities


@pytest.mark.parametrize("name", ["../evil_1.pb", "/etc/evil_1.pb", "a/../../b_1.pb"])
def test_paths_out_of_the_archive_are_refused(flytectl, store, tmp_path, name):
    result = register(flytectl, "--archive", str(entities.package(tmp_path / "wf.tgz", {name: b"x"})))
    assert result.code == 1 and f"its file {name} would lie outside" in result.err and not store.calls


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_are_refused(flytectl, store, tmp_path, kind):
    with tarfile.open(tmp_path / "wf.tgz", "w:gz") as archive:
        info = tarfile.TarInfo("0_a_1.pb")
        info.type, info.linkname = kind, "/etc/passwd"
        archive.addfile(info)
    result = register(flytectl, "--archive", str(tmp_path / "wf.tgz"))
    assert result.code == 1 and "0_a_1.pb in it is a link or a device" in result.err and not store.calls


def test_a_huge_member_is_refused_before_it_is_read(flytectl, tmp_path):
    with gzip.open(tmp_path / "wf.tgz", "wb") as file:
        info = tarfile.TarInfo("0_a_1.pb")
        info.size = 2**33
        file.write(info.tobuf())
    result = register(flytectl, "--archive", str(tmp_path / "wf.tgz"))
    assert result.code == 1 and "larger than" in result.err


def test_a_bomb_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(bundles, "_ALWAYS_ALLOWED", 1024)
    (tmp_path / "fast.tar.gz").write_bytes(gzip.compress(bytes(10_000_000)))
    with pytest.raises(FlyteValueException, match="unpacks to more than"):
        bundles.unpack(tmp_path / "fast.tar.gz", tmp_path / "out")
    assert (tmp_path / "out").stat().st_size < 2_000_000


@pytest.mark.parametrize("data", [b"", b"not an archive", gzip.compress(b"x" * 700), gzip.compress(bytes(4000))[:-9]])
def test_a_corrupt_archive_is_refused(flytectl, store, tmp_path, data):
    (tmp_path / "wf.tgz").write_bytes(data)
    result = register(flytectl, "--archive", str(tmp_path / "wf.tgz"))
    assert result.code == 1 and result.err.startswith("Error: ") and "Traceback" not in result.err and not store.calls


def test_a_cut_off_archive_is_refused(flytectl, store, tmp_path):
    whole = entities.package(tmp_path / "wf.tgz").read_bytes()
    (tmp_path / "wf.tgz").write_bytes(whole[: len(whole) // 2])
    result = register(flytectl, "--archive", str(tmp_path / "wf.tgz"))
    assert result.code == 1 and "corrupt or no tar archive" in result.err and not store.calls


def test_one_flipped_bit_registers_nothing(flytectl, store, tmp_path):
    whole = bytearray(entities.package(tmp_path / "wf.tgz").read_bytes())
    whole[-6] ^= 1  # in the checksum of gzip, behind everything that tar reads
    (tmp_path / "wf.tgz").write_bytes(whole)
    result = register(flytectl, "--archive", str(tmp_path / "wf.tgz"))
    assert result.code == 1 and "CRC check failed" in result.err and not store.calls


def test_a_damaged_header_is_not_taken_for_the_end(flytectl, store, tmp_path):
    plain = bytearray(gzip.decompress(entities.package(tmp_path / "wf.tgz").read_bytes()))
    plain[plain.rindex(b"ustar") - 100] ^= 1
    (tmp_path / "wf.tar").write_bytes(plain)
    result = register(flytectl, "--archive", str(tmp_path / "wf.tar"))
    assert result.code == 1 and "something behind its last readable file" in result.err and not store.calls


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--archive", "wf.zip"), "only .tar, .tar.gz and .tgz extension archives are supported"),
        (("--archive", "none.tgz"), "cannot be read: No such file"),
        (("none.pb",), "none.pb cannot be read"),
        (("notes.txt",), "input package have some invalid files. try to run pyflyte package again notes.txt"),
    ],
)
def test_what_is_no_package_is_named(flytectl, args, message):
    result = register(flytectl, *args)
    assert result.code == 1 and message in result.err


def test_two_files_of_one_name_are_refused(tmp_path):
    members = io.BytesIO()
    with tarfile.open(fileobj=members, mode="w") as archive:
        for name in ("a/0_x_1.pb", "b/0_x_1.pb"):
            archive.addfile(tarfile.TarInfo(name))
    (tmp_path / "wf.tar").write_bytes(members.getvalue())
    with pytest.raises(FlyteValueException, match="two files of one name"):
        sources.collect([str(tmp_path / "wf.tar")], True, tmp_path)


def test_empty_and_placeholder_parts_of_ids_are_filled():
    spec = entities.task(version="{{ registration.version }}")
    spec.template.id.project = "{{ registration.project }}"
    assert text_of(hydrate(spec, SETTINGS).id) == "p/d/hello.greet@v9"
    spec.template.id.project, spec.template.id.version = "own", "v1"
    assert text_of(hydrate(spec, SETTINGS).id) == "own/d/hello.greet@v1"


def test_force_replaces_versions_everywhere():
    filled = hydrate(entities.workflow(version="v1"), Settings("p", "d", "v9", force=True))
    assert filled.id.version == "v9"
    assert filled.spec.template.nodes[0].task_node.reference_id.version == "v9"


def test_every_kind_of_node_is_filled():
    task_node = core.Node(id="t", task_node=core.TaskNode(reference_id=core.Identifier(name="t")))
    block = core.IfBlock(then_node=task_node)
    nodes = [
        core.Node(id="s", workflow_node=core.WorkflowNode(sub_workflow_ref=core.Identifier(name="s"))),
        core.Node(id="l", workflow_node=core.WorkflowNode(launchplan_ref=core.Identifier(name="l"))),
        core.Node(id="a", array_node=core.ArrayNode(node=task_node)),
        core.Node(
            id="b",
            branch_node=core.BranchNode(if_else=core.IfElseBlock(case=block, other=[block], else_node=task_node)),
        ),
        core.Node(id="g", gate_node=core.GateNode(sleep=core.SleepCondition())),
    ]
    template = core.WorkflowTemplate(id=core.Identifier(name="w"), nodes=nodes, failure_node=task_node)
    spec = admin.WorkflowSpec(
        template=template, sub_workflows=[core.WorkflowTemplate(id=core.Identifier(name="s"), nodes=nodes)]
    )
    filled = hydrate(spec, SETTINGS).spec
    assert str(filled).count('version: "v9"') == 2 * (2 + 1 + 3) + 2 + 1
    assert spec.template.id.version == ""


def test_a_launch_plan_gets_roles_and_place():
    settings = Settings("p", "d", "v", iam_role="arn", service_account="robot", output_prefix="s3://out")
    spec = hydrate(entities.plan(), settings).spec.spec
    assert (spec.auth_role.assumable_iam_role, spec.security_context.run_as.k8s_service_account) == ("arn", "robot")
    assert spec.raw_output_data_config.output_location_prefix == "s3://out" and spec.workflow_id.version == "v"


def test_placeholders_count_only_as_whole_words_and_in_pods():
    pod = admin.TaskSpec()
    pod.template.k8s_pod.pod_spec.update(
        {"containers": [{"args": ["{{ .dest_dir }}", "a{{ .dest_dir }}", "{{ .remote_package_path }}"]}]}
    )
    settings = Settings("p", "d", "v", code_address="s3://code", destination="/root")
    args = hydrate(pod, settings).spec.template.k8s_pod.pod_spec["containers"][0]["args"]
    assert list(args) == ["/root", "a{{ .dest_dir }}", "s3://code"]


def test_the_kind_of_a_file_follows_its_name_then_its_content():
    assert isinstance(parse("x_1.pb", entities.task().SerializeToString()), admin.TaskSpec)
    assert isinstance(parse("x_2.pb", entities.workflow().SerializeToString()), admin.WorkflowSpec)
    assert isinstance(parse("x_3.pb", entities.plan().SerializeToString()), admin.LaunchPlan)
    with pytest.raises(FlyteValueException, match=r"failed unmarshalling file x_1\.pb\. Errors: TaskSpec: .*; WorkflowSpec: "):
        parse("x_1.pb", b"\xff\xff\xff")
