"""Where the server's configuration comes from."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from glidepath.admin.config import Limits, duration, size
from glidepath.admin.settings import SETTINGS, load
from glidepath.errors import FlyteValidationException

FILE = """
server:
  httpPort: 9000
  grpc: {port: 9001, maxMessageSizeBytes: 6Mi}
  dataProxy: {upload: {maxExpiresIn: 30m, storagePrefix: up}}
registration: {maxWorkflowNodes: 500}
domains: [{id: dev, name: dev}, {id: prod, name: prod}]
glidepath: {executor: {cpus: 2, memory: 4Gi, maxEager: 8, images: {"img:*": /opt/py}}}
scheduler: {profilerPort: 1}
"""


def written(tmp_path, text):
    path = tmp_path / "server.yaml"
    path.write_text(text)
    return path


def test_defaults_hang_on_the_data_folder(tmp_path):
    config = load(None, {"GLIDEPATH_HOME": str(tmp_path)}, {})
    assert (config.data_dir, config.grpc_port, config.http_port) == (tmp_path, 8089, 8088)
    assert config.database_url == f"sqlite:///{tmp_path}/glidepath.db"
    assert config.storage_root == f"{tmp_path}/storage"
    assert config.limits == Limits()


def test_the_embedded_server_lives_in_the_home_folder():
    assert load(None, {}, {}).data_dir == Path("~/.flyte/glidepath").expanduser()


def test_a_file_has_the_keys_of_the_stock_server(tmp_path):
    config = load(written(tmp_path, FILE), {}, {})
    assert (config.http_port, config.grpc_port, config.upload_prefix) == (9000, 9001, "up")
    assert config.limits == Limits(message_bytes=6 << 20, signed_url=timedelta(minutes=30), workflow_nodes=500)
    assert config.domains == ("dev", "prod")
    assert (config.executor.cpus, config.executor.memory_bytes, config.executor.max_eager) == (2.0, 4 << 30, 8)
    assert config.executor.images == {"img:*": "/opt/py"}


def test_a_flag_beats_the_environment_beats_the_file(tmp_path):
    file = written(tmp_path, FILE)
    environ = {"GLIDEPATH_HTTP_PORT": "9100", "GLIDEPATH_GRPC_PORT": "9101"}
    config = load(file, environ, {"http_port": 9200, "grpc_port": None})
    assert (config.http_port, config.grpc_port) == (9200, 9101)


def test_keys_that_only_the_stock_server_knows_are_logged(tmp_path, caplog):
    load(written(tmp_path, FILE), {}, {})
    assert "key scheduler.profilerPort is not used" in caplog.text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("glidepath: {executor: {cpu: 1}}", "unknown key glidepath.executor.cpu[^s]"),
        ("server: {httpPort: many}", "bad value 'many' for http_port"),
        ("- a list", "not a mapping of sections"),
        ("a: [", "not YAML"),
    ],
)
def test_a_bad_file_is_an_error_that_names_it(tmp_path, text, message):
    with pytest.raises(FlyteValidationException, match=message) as raised:
        load(written(tmp_path, text), {}, {})
    assert "server.yaml" in str(raised.value)


def test_an_unknown_key_comes_with_the_nearest_known_one(tmp_path):
    with pytest.raises(FlyteValidationException, match=r"try: glidepath\.executor\.cpus"):
        load(written(tmp_path, "glidepath: {executor: {cpu: 1}}"), {}, {})


def test_a_bad_variable_is_named():
    with pytest.raises(FlyteValidationException, match="environment variable GLIDEPATH_HTTP_PORT"):
        load(None, {"GLIDEPATH_HTTP_PORT": "x"}, {})


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FlyteValidationException, match=r"No such file(.|\n)*nothing\.yaml"):
        load(tmp_path / "nothing.yaml", {}, {})


@pytest.mark.parametrize(("text", "seconds"), [("1h30m", 5400), ("45s", 45), ("1.5s", 1.5), ("200ms", 0.2), (7, 7)])
def test_durations(text, seconds):
    assert duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(("text", "count"), [("200Mi", 200 << 20), ("5G", 5 * 10**9), (12, 12), ("3 Ki", 3072)])
def test_sizes(text, count):
    assert size(text) == count


@pytest.mark.parametrize(("read", "text"), [(duration, "soon"), (duration, "5x"), (duration, ""), (size, "big"), (size, "5Q")])
def test_neither(read, text):
    with pytest.raises(ValueError, match="is not a"):
        read(text)


def test_every_setting_is_documented_and_nothing_else():
    page = (Path(__file__).parents[3] / "docs" / "server-config.md").read_text()
    rows = re.findall(r"^\| `([^`]*)` \| `([^`]*)` \|", page, re.MULTILINE)
    assert sorted(rows) == sorted((setting.path, setting.variable) for setting in SETTINGS)
