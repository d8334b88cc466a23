from pathlib import Path

import pytest

from glidepath.clients import PlatformConfig
from glidepath.clients.config_sources import FLYTECTL_SEARCH
from glidepath.clients.durations import parse_duration
from glidepath.errors import FlyteValueException

YAML = """
admin:
  endpoint: dns:///flyte.example.com:443
  insecureSkipVerify: true
  authType: ClientSecret
  clientId: me
  scopes: [all, offline]
  maxRetries: 2
  perRetryTimeout: 1m30s
console:
  endpoint: https://console.example.com/
task:
  project: mine
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".flyte").mkdir()
    return tmp_path


def read(home: Path, **keywords) -> PlatformConfig:
    environment = {"HOME": str(home), **keywords.pop("environment", {})}
    return PlatformConfig.auto(environment=environment, **keywords)


def test_without_any_setting_the_embedded_server_is_meant(home):
    config = read(home)
    assert (config.endpoint, config.insecure, config.console_url) == ("localhost:30080", True, "http://localhost:30080")


def test_yaml_is_read_with_stock_names(home):
    (home / ".flyte/config.yaml").write_text(YAML)
    config = read(home)
    assert config.endpoint == "flyte.example.com:443"
    assert (config.insecure, config.insecure_skip_verify) == (False, True)
    assert (config.auth.mode, config.auth.client_id, config.auth.scopes) == ("ClientSecret", "me", ("all", "offline"))
    assert (config.max_retries, config.per_retry_timeout) == (2, 90.0)
    assert (config.console_url, config.project) == ("https://console.example.com", "mine")
    assert config.source == home / ".flyte/config.yaml"


def test_yaml_keys_ignore_case_and_maps_may_be_lists_of_nothing(home):
    (home / ".flyte/config.yaml").write_text("Admin:\n  EndPoint: a:1\n  INSECURE: true\n")
    config = read(home)
    assert (config.endpoint, config.insecure) == ("a:1", True)


def test_flag_beats_environment_beats_file(home):
    (home / ".flyte/config.yaml").write_text("admin: {endpoint: file:1}")
    assert read(home).endpoint == "file:1"
    assert read(home, environment={"ADMIN.ENDPOINT": "viper:1"}).endpoint == "viper:1"
    assert read(home, environment={"FLYTE_PLATFORM_URL": "env:1"}).endpoint == "env:1"
    assert read(home, environment={"FLYTE_PLATFORM_URL": "env:1"}, flags={"admin.endpoint": "flag:1"}).endpoint == "flag:1"


def test_an_endpoint_of_the_environment_alone_speaks_tls_as_with_stock(home):
    assert read(home, environment={"FLYTE_PLATFORM_URL": "x:1"}).insecure is False
    assert read(home, environment={"FLYTE_PLATFORM_URL": "x:1", "FLYTE_PLATFORM_INSECURE": "true"}).insecure is True


def test_ini_is_read_with_flytekit_names(home):
    ini = "[platform]\nurl=ini:81\ninsecure=True\n[credentials]\nclient_id=app\nscopes=a,b\nauth_mode=client_credentials\n"
    (home / ".flyte/config").write_text(ini)
    config = read(home)
    assert (config.endpoint, config.insecure, config.auth.client_id) == ("ini:81", True, "app")
    assert (config.auth.scopes, config.auth.mode) == (("a", "b"), "client_credentials")


def test_flytectl_does_not_look_at_ini_files(home):
    (home / ".flyte/config").write_text("[platform]\nurl=ini:81\n")
    assert read(home, search=FLYTECTL_SEARCH).endpoint == "localhost:30080"


def test_the_named_file_wins_over_the_one_in_the_home(home):
    (home / ".flyte/config.yaml").write_text("admin: {endpoint: home:1}")
    (home / "other.yaml").write_text("admin: {endpoint: other:1}")
    assert read(home, environment={"FLYTECTL_CONFIG": "other.yaml"}).endpoint == "other:1"
    assert read(home, path="other.yaml").endpoint == "other:1"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.yaml", "admin: [", "not valid YAML"),
        ("b.yaml", "- 1", "map of sections"),
        ("c.yaml", "admin: {insecure: maybe}", "neither true nor false"),
        ("d.yaml", "admin: {maxRetries: many}", "not a whole number"),
        ("e.yaml", "admin: {perRetryTimeout: soon}", "not a duration"),
        ("f.config", "[internal]\nx=1", "[internal]"),
    ],
)
def test_a_bad_file_is_named(home, name, text, message):
    (home / name).write_text(text)
    with pytest.raises(FlyteValueException) as caught:
        read(home, path=str(home / name))
    assert message in str(caught.value) and name in str(caught.value)


def test_a_missing_named_file_is_an_error(home):
    with pytest.raises(FlyteValueException, match=r"nowhere\.yaml does not exist"):
        read(home, path="nowhere.yaml")


@pytest.mark.parametrize(
    ("text", "seconds"), [("2m0s", 120), ("1h", 3600), ("250ms", 0.25), ("8", 8), ("1.5s", 1.5), ("-2s", -2)]
)
def test_go_durations(text, seconds):
    assert parse_duration(text) == seconds


def test_the_secret_is_not_shown(home):
    config = read(home, environment={"FLYTE_CREDENTIALS_CLIENT_SECRET": "hush"})
    assert config.auth.client_secret == "hush" and "hush" not in repr(config)
