"""Image names and templates."""

import pytest

from glidepath import Image, ImageConfig
from glidepath.errors import FlyteValidationException

DIGEST = "sha256:" + "0" * 64
IMAGES = ImageConfig.of("def:v1", {"dig": f"repo/dig@{DIGEST}", "trainer": "localhost:3000/t:v2", "with.dot": "r/x:t"})


@pytest.mark.parametrize(
    ("template", "image"),
    [
        (None, "def:v1"),
        ("", "def:v1"),
        ("ghcr.io/acme/x:1", "ghcr.io/acme/x:1"),
        ("{{.image.default}}", "def:v1"),
        ("{{ .images.default }}", "def:v1"),
        ("{{.IMAGE.trainer.fqn}}:{{.image.trainer.version}}", "localhost:3000/t:v2"),
        ("{{.image.default.fqn}}:spark-{{.image.default.version}}", "def:spark-v1"),
        ("{{.image.dig}}", f"repo/dig@{DIGEST}"),
        ("{{.image.dig.fqn}}:{{.image.dig.version}}", f"repo/dig@{DIGEST}"),
        ("{{.image.dig.version}}", DIGEST),
        ("{{.image.with.dot}}", "r/x:t"),
        ("{{image.default}}", "{{image.default}}"),
    ],
)
def test_templates_are_filled_in(template: str | None, image: str) -> None:
    assert IMAGES.resolve(template) == image


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{.image.nope}}", "there is no image named 'nope'.*\n.*--image nope=.*known are default, dig, trainer, with.dot"),
        ("{{.image.DEFAULT}}", "there is no image named 'DEFAULT'"),
        ("{{.image.default.tag}}", "an image has no 'tag'"),
    ],
)
def test_unknown_names_and_parts(template: str, message: str) -> None:
    with pytest.raises(FlyteValidationException, match=message):
        IMAGES.resolve(template)


def test_an_image_needs_a_tag_or_a_digest() -> None:
    for uri in ("img", "localhost:3000/a/b", ""):
        with pytest.raises(FlyteValidationException, match="has neither tag nor digest"):
            Image.parse("n", uri)
    with pytest.raises(FlyteValidationException, match="has both a tag"):
        Image("n", "a", "t", DIGEST)
    assert Image.parse("n", "localhost:3000/a/b:c") == Image("n", "localhost:3000/a/b", "c")


def test_the_default_image_can_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLYTE_INTERNAL_IMAGE", "inner:v9")
    assert ImageConfig.auto_default_image().resolve(None) == "inner:v9"
    assert ImageConfig.auto(img_name="mine:v1").resolve(None) == "mine:v1"
    monkeypatch.delenv("FLYTE_INTERNAL_IMAGE")
    assert ImageConfig.of().resolve(None).startswith("cr.flyte.org/flyteorg/flytekit:py3.")
    with pytest.raises(FlyteValidationException, match="there is no default image"):
        ImageConfig().resolve(None)
