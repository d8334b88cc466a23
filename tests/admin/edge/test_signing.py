"""Signed URLs."""

import stat
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest

from glidepath.admin.signing import BadSignature, Grant, Signer, load_key

KEY = b"k" * 32
PUT = Grant("PUT", "file:///data/a b/ä.tar.gz", expires=1000, md5=b"m" * 16, max_bytes=10)


def taken_apart(path):
    parts = urlsplit(path)
    return parts.path.split("/")[2], dict(parse_qsl(parts.query))


def test_what_was_signed_is_what_is_read():
    uri, query = taken_apart(Signer(KEY).path(PUT))
    assert Signer(KEY).check("PUT", uri, query, now=999) == PUT


def test_the_content_type_of_a_download_is_signed_too():
    grant = Grant("GET", "s3://bucket/deck.html", 1000, content_type="text/html; charset=utf-8")
    uri, query = taken_apart(Signer(KEY).path(grant))
    assert Signer(KEY).check("GET", uri, query, now=0) == grant


def test_an_expired_url_says_so():
    uri, query = taken_apart(Signer(KEY).path(PUT))
    with pytest.raises(BadSignature, match="expired 5 s ago"):
        Signer(KEY).check("PUT", uri, query, now=1005)


@pytest.mark.parametrize(
    "change", [{"expires": "9999"}, {"md5": "00" * 16}, {"max": "11"}, {"signature": "00"}, {"type": "text/html"}]
)
def test_no_field_can_be_changed(change):
    uri, query = taken_apart(Signer(KEY).path(PUT))
    with pytest.raises(BadSignature, match="not signed by this server"):
        Signer(KEY).check("PUT", uri, {**query, **change}, now=0)


@pytest.mark.parametrize("query", [{}, {"expires": "soon"}, {"expires": "1", "md5": "zz"}, {"expires": "1", "max": "x"}])
def test_garbage_is_refused(query):
    with pytest.raises(BadSignature):
        Signer(KEY).check("PUT", "%%%", query, now=0)


def test_another_object_method_or_key_is_refused():
    uri, query = taken_apart(Signer(KEY).path(PUT))
    other, _ = taken_apart(Signer(KEY).path(replace(PUT, uri="file:///etc/passwd")))
    for signer, method, path in ((Signer(KEY), "PUT", other), (Signer(KEY), "GET", uri), (Signer(b"o" * 32), "PUT", uri)):
        with pytest.raises(BadSignature):
            signer.check(method, path, query, now=0)


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path):
    path = tmp_path / "keys" / "signing.key"
    key = load_key(path)
    assert len(key) == 32 and load_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
