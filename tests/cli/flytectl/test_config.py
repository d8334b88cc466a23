import pytest

from glidepath.clients import PlatformConfig


def test_init_writes_the_embedded_server(local, tmp_path):
    path = tmp_path / ".flyte/config.yaml"
    result = local("config", "init")
    assert (result.code, result.out) == (0, f"Init flytectl config file at [{path}]\n")
    config = PlatformConfig.auto(str(path), environment={})
    assert (config.endpoint, config.insecure) == ("localhost:30080", True)


def test_init_for_another_host(local, tmp_path):
    assert local("config", "init", "--host", "https://flyte.example.com", "--console", "https://c.example.com").code == 0
    config = PlatformConfig.auto(str(tmp_path / ".flyte/config.yaml"), environment={})
    assert (config.endpoint, config.insecure, config.console_url) == ("flyte.example.com", False, "https://c.example.com")


@pytest.mark.parametrize("host", ["a b", "http://x/y", "x:99999", "-x", "user@host"])
def test_init_refuses_what_is_no_host(local, host):
    result = local("config", "init", "--host", host)
    assert result.code == 1 and f"{host} invalid, please use a valid admin endpoint" in result.err


def test_init_asks_before_it_overwrites(local, tmp_path, monkeypatch):
    import io

    local("config", "init")
    monkeypatch.setattr("sys.stdin", io.StringIO("what\nNO\n"))
    result = local("config", "init", "--host", "other")
    assert result.code == 1 and result.out.count("Do you want to continue? [y/n]: ") == 2
    assert "other" not in (tmp_path / ".flyte/config.yaml").read_text()
    assert local("config", "init", "--host", "other", "--force").code == 0


def test_discover(local, tmp_path):
    assert local("config", "discover").out == "Couldn't find a config file.\n"
    local("config", "init")
    assert local("config", "discover").out == f"Config file(s) found at:\n{tmp_path}/.flyte/config.yaml\n"


def test_validate(local, tmp_path):
    local("config", "init")
    assert local("config", "validate", "--strict").out == "Validated config file successfully.\n"
    (tmp_path / "bad.yaml").write_text("admin: {endpont: x}\nnothing: 1\n")
    assert local("config", "validate", "--file", "bad.yaml").code == 0
    result = local("config", "validate", "--strict", "--file", "bad.yaml")
    assert result.code == 1 and result.out == "Failed to validate config file.\n" and "admin.endpont, nothing" in result.err
