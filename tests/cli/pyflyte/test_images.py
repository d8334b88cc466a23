"""``--image``: which images a registration knows."""

import click
import pytest

from glidepath.cli.pyflyte.images import image_config


@pytest.mark.parametrize("value", ["repo/img:v1", "default=repo/img:v1"])
def test_the_default_image_needs_no_name_and_may_have_it(value):
    config = image_config([value, "trainer=repo/trainer:v2"])
    assert config.default_image is not None
    assert config.default_image.full == "repo/img:v1"
    assert [image.name for image in config.images] == ["trainer"]


def test_there_is_one_default_image():
    with pytest.raises(click.BadParameter, match="Only one default image"):
        image_config(["repo/img:v1", "default=repo/other:v1"])
