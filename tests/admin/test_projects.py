"""Projects, domains, version."""

import pytest

import glidepath
from glidepath.idl import admin


def register(control_plane, **fields):
    project = admin.Project(**{"id": "my-project", "name": "Mine", **fields})
    return control_plane.admin.RegisterProject(admin.ProjectRegisterRequest(project=project))


def test_a_project_is_registered_with_the_domains_of_the_system(control_plane):
    register(control_plane, description="For me.", labels=admin.Labels(values={"team": "a"}))
    found = control_plane.admin.GetProject(admin.ProjectGetRequest(id="my-project"))
    assert (found.name, found.description, dict(found.labels.values)) == ("Mine", "For me.", {"team": "a"})
    assert [domain.id for domain in found.domains] == ["development", "staging", "production"]
    assert [domain.id for domain in control_plane.admin.GetDomains(admin.GetDomainRequest()).domains] == [
        "development",
        "staging",
        "production",
    ]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"id": ""}, "missing project_id"),
        ({"id": "My_Project"}, "invalid project id [My_Project]: a lowercase RFC 1123 label"),
        ({"name": ""}, "missing project_name"),
        ({"name": "x" * 65}, "project_name cannot exceed 64 characters"),
        ({"description": "x" * 301}, "project_description cannot exceed 300 characters"),
        ({"labels": admin.Labels(values={"a b": "c"})}, "invalid label key [a b]"),
        ({"labels": admin.Labels(values={"a": "b c"})}, "invalid label value [b c]"),
        ({"domains": [admin.Domain(id="moon")]}, "Domains are currently only set system wide."),
    ],
)
def test_a_project_that_cannot_be_is_refused(control_plane, refused, fields, message):
    project = admin.Project(**{"id": "my-project", "name": "Mine", **fields})
    code, found = refused(control_plane.admin.RegisterProject, admin.ProjectRegisterRequest(project=project))
    assert code == "INVALID_ARGUMENT"
    assert found.startswith(message)


def test_an_id_is_taken_once(control_plane, refused):
    register(control_plane)
    request = admin.ProjectRegisterRequest(project=admin.Project(id="my-project", name="Again"))
    assert refused(control_plane.admin.RegisterProject, request)[0] == "ALREADY_EXISTS"


def test_an_unknown_project_is_not_found(control_plane, refused):
    expected = ("NOT_FOUND", "project [nobody] not found")
    assert refused(control_plane.admin.GetProject, admin.ProjectGetRequest(id="nobody")) == expected
    assert refused(control_plane.admin.UpdateProject, admin.Project(id="nobody")) == expected


def test_archived_projects_are_listed_only_under_a_filter(control_plane):
    register(control_plane)
    register(control_plane, id="another")
    control_plane.admin.UpdateProject(admin.Project(id="another", state=admin.Project.ARCHIVED))
    ids = lambda **fields: [  # noqa: E731
        project.id for project in control_plane.admin.ListProjects(admin.ProjectListRequest(**fields)).projects
    ]
    assert ids() == ["flytesnacks", "my-project"]
    assert ids(filters="value_in(state,0;1)") == ["another", "flytesnacks", "my-project"]
    assert ids(limit=1) == ["flytesnacks"]


def test_the_version_is_the_packages(control_plane):
    found = control_plane.admin.GetVersion(admin.GetVersionRequest()).control_plane_version
    assert found.Version == glidepath.__version__
