"""``pyflyte fetch``: show or download what a ``flyte://`` URI names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import click

from glidepath.cli.output import as_json, document_of
from glidepath.cli.pyflyte.session import Session, pass_session
from glidepath.compiler import literal_type_for_literal
from glidepath.idl import core, service
from glidepath.storage import Storage
from glidepath.types import DataContext, guess_python_type, to_python


@click.command("fetch")
@click.option("-r", "--recursive", is_flag=True, help="Download every value of a map, and the content of directories.")
@click.argument("flyte_data_uri", metavar="FLYTE-DATA-URI")
@click.argument("download_to", metavar="[DOWNLOAD-TO]", required=False, type=click.Path(file_okay=False, path_type=Path))
@pass_session
def fetch(session: Session, recursive: bool, flyte_data_uri: str, download_to: Path | None) -> None:
    """Show the inputs or outputs of an execution or a node, or download them to the folder DOWNLOAD-TO.

    \b
    pyflyte fetch flyte://v1/flytesnacks/development/a1b2c3/n0/o
    pyflyte fetch flyte://v1/flytesnacks/development/a1b2c3/n0/o/report ./here
    """
    click.echo(f"Fetching data from {flyte_data_uri}...", err=True)
    with session.remote() as remote:
        answer = remote.client.raw.get_data(service.GetDataRequest(flyte_url=flyte_data_uri))
        kind = answer.WhichOneof("data")
        if kind == "pre_signed_urls":
            _signed(answer.pre_signed_urls, remote.storage, download_to)
            return
        single = kind == "literal"
        literals = {flyte_data_uri.rsplit("/", 1)[-1]: answer.literal} if single else dict(answer.literal_map.literals)
        if download_to is None:
            values = _values(literals, remote.context())
            click.echo(json.dumps(next(iter(values.values())) if single else values, indent=2, default=str, ensure_ascii=False))
            return
        if not single and not recursive:
            raise click.UsageError("This is a map of values; specify --recursive to download all of them.")
        for name, literal in literals.items():
            _download(name, literal, download_to, remote.storage)
        click.echo(f"Downloaded {', '.join(literals) or 'nothing'} to {download_to}", err=True)


def _values(literals: Mapping[str, core.Literal], ctx: DataContext) -> dict[str, object]:
    return {
        name: to_python(literal, guess_python_type(literal_type_for_literal(literal)), ctx)
        for name, literal in literals.items()
    }


def _signed(urls: service.PreSignedURLs, storage: Storage, folder: Path | None) -> None:
    for number, url in enumerate(urls.signed_url):
        if folder is None:
            click.echo(url)
        else:
            storage.download(url, folder / f"deck{number or ''}.html")


def _download(name: str, literal: core.Literal, folder: Path, storage: Storage) -> None:
    """One value into a folder: files and directories as they are, anything else as JSON of its literal."""
    folder.mkdir(parents=True, exist_ok=True)
    scalar = literal.scalar
    if scalar.HasField("blob") and scalar.blob.metadata.type.dimensionality == core.BlobType.SINGLE:
        storage.download(scalar.blob.uri, folder / scalar.blob.uri.rsplit("/", 1)[-1])
    elif scalar.HasField("blob"):
        storage.download_tree(scalar.blob.uri, folder / name)
    elif scalar.HasField("structured_dataset"):
        storage.download_tree(scalar.structured_dataset.uri, folder / name)
    else:
        (folder / f"{name}.json").write_text(as_json(document_of(literal)) + "\n", encoding="utf-8")
