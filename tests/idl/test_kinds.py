import pytest

from glidepath.idl import core, kinds

ENUMS = {
    "MountType": core.Secret.MountType,
    "OnFailurePolicy": core.WorkflowMetadata.OnFailurePolicy,
    "ResourceName": core.Resources.ResourceName,
    "ResourceType": core.ResourceType,
    "SimpleType": core.SimpleType,
}


def test_every_enum_is_compared():
    assert {name for name, value in vars(kinds).items() if isinstance(value, type)} == set(ENUMS)


@pytest.mark.parametrize("name", ENUMS)
def test_numbers_are_those_of_flyteidl(name):
    numbers = {key: number for key, number in vars(getattr(kinds, name)).items() if key.isupper()}
    assert numbers
    assert numbers == {key: ENUMS[name].Value(key) for key in numbers}
