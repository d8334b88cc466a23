"""``pyflyte local-cache``: what local runs keep of cached tasks."""

from __future__ import annotations

import click

from glidepath.errors import FlyteEntityNotExistException


@click.group("local-cache")
def local_cache() -> None:
    """Interact with the cache of local runs.

    It lies in ~/.flyte/local-cache, or in $GLIDEPATH_LOCAL_CACHE. FLYTE_LOCAL_CACHE_ENABLED=false switches it off,
    FLYTE_LOCAL_CACHE_OVERWRITE=true (or --overwrite-cache) runs cached tasks all the same and keeps their new outputs.
    """


@local_cache.command("clear")
def clear() -> None:
    """Remove everything that local runs have kept."""
    # The engine's modules load for those who look into the cache; help does without.
    from glidepath.local.cache_folder import CacheFolder, cache_root

    count = CacheFolder(cache_root()).clear()
    click.echo(f"removed {count} {'entry' if count == 1 else 'entries'} from {cache_root()}", err=True)


@local_cache.command("explain")
@click.argument("task")
def explain(task: str) -> None:
    """Show the newest entry of a task, and why it is not the one before.

    \b
    TASK is the full name, module.function, or the end of it.
    pyflyte local-cache explain wine.train
    """
    from glidepath.cli.explanations import as_text
    from glidepath.local.cache_explaining import newest_explained

    found = newest_explained(task)
    if found is None:
        raise FlyteEntityNotExistException(
            f"nothing is kept of a task {task}", hint="run it once with a cache: @task(cache=Cache(version='1'))"
        )
    click.echo(as_text(found))
