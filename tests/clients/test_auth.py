import base64
import sys
import threading
from dataclasses import replace

import pytest

from glidepath.clients import Client, PlatformConfig
from glidepath.clients.config import AuthConfig
from glidepath.errors import FlyteAuthenticationException
from glidepath.idl import admin

PRINT = (sys.executable, "-c", "print('open sesame')")


def ask(config: PlatformConfig, times: int = 1) -> str:
    with Client.connect(config) as client:
        for _ in range(times):
            answer = client.raw.get_version(admin.GetVersionRequest())
    return answer.control_plane_version.Build


def test_a_command_prints_the_token_once_for_many_calls(config, store):
    store.token = "open sesame"
    wanted = replace(config, auth=AuthConfig(mode="ExternalCommand", command=PRINT))
    assert ask(wanted, times=3) == "fake"
    assert store.calls["GetVersion"] == 4 and store.calls["GetPublicClientConfig"] == 1


def test_without_authentication_no_command_runs(config):
    assert ask(replace(config, auth=AuthConfig(mode="ExternalCommand", command=("/no/such/command",)))) == "fake"


def test_a_secret_buys_a_token(config, store, monkeypatch):
    store.token = "bought"
    monkeypatch.setenv("MY_SECRET", "se cret")
    auth = AuthConfig(mode="ClientSecret", client_id="a:b", client_secret_env_var="MY_SECRET", audience="them")
    assert ask(replace(config, auth=auth)) == "fake"
    header, form = store.last("token")
    assert base64.b64decode(header.removeprefix("Basic ")) == b"a%3Ab:se%20cret"
    assert form == "grant_type=client_credentials&scope=all&audience=them"


def test_a_secret_is_read_from_a_file(config, store, tmp_path):
    store.token = "bought"
    (tmp_path / "secret").write_text("hush\n")
    auth = AuthConfig(mode="basic", client_id="me", client_secret_location=str(tmp_path / "secret"))
    assert ask(replace(config, auth=auth)) == "fake"
    assert base64.b64decode(store.last("token")[0].removeprefix("Basic ")) == b"me:hush"


@pytest.mark.parametrize(
    ("auth", "message"),
    [
        (AuthConfig(mode="Pkce"), "authType Pkce is not supported yet"),
        (AuthConfig(mode="DeviceFlow"), "authType DeviceFlow is not supported yet"),
        (AuthConfig(mode="ClientSecret"), "no client secret is configured"),
        (AuthConfig(mode="ClientSecret", client_secret_location="/no/file"), "the client secret cannot be read"),
        (AuthConfig(mode="ExternalCommand"), "admin.command is not set"),
        (AuthConfig(mode="ExternalCommand", command=("/no/such/command",)), "the command for tokens failed"),
        (AuthConfig(mode="ExternalCommand", command=(sys.executable, "-c", "exit(3)")), "ended with 3"),
    ],
)
def test_what_is_missing_is_said(config, store, auth, message):
    store.token = "x"
    with pytest.raises(FlyteAuthenticationException, match=message):
        ask(replace(config, auth=auth))


def test_a_token_that_is_refused_twice_is_an_error(config, store):
    store.token = "another"
    with pytest.raises(FlyteAuthenticationException, match="token parse error"):
        ask(replace(config, auth=AuthConfig(mode="ExternalCommand", command=PRINT)))
    assert store.calls["GetVersion"] == 2


def test_threads_share_one_fetch(config, store, tmp_path):
    store.token = "t"
    counter = tmp_path / "count"
    code = f"open({str(counter)!r}, 'a').write('x'); print('t')"
    auth = AuthConfig(mode="external_process", command=(sys.executable, "-c", code))
    with Client.connect(replace(config, auth=auth)) as client:
        threads = [threading.Thread(target=client.raw.get_version, args=(admin.GetVersionRequest(),)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert counter.read_text() == "x"


def test_a_proxy_gets_its_own_token_on_the_first_call(config, store):
    assert ask(replace(config, auth=AuthConfig(proxy_command=PRINT))) == "fake"
    assert store.metadata[0][1]["proxy-authorization"] == "Bearer open sesame"
