"""Dynamic workflows: the body runs as a task, with values, and what it calls becomes a graph.

pyflyte run examples/dynamic.py sort_wf --numbers '[5, 3, 9, 1]'
pyflyte run --remote --wait examples/dynamic.py words_wf --text 'the cat and the dog'
"""

from collections import Counter

from glidepath import dynamic, map_task, task, workflow


@task
def merge(left: list[int], right: list[int]) -> list[int]:
    """One sorted list out of two."""
    merged: list[int] = []
    while left and right:
        merged.append((left if left[0] <= right[0] else right).pop(0))
    return merged + left + right


@task
def sort_few(numbers: list[int]) -> list[int]:
    return sorted(numbers)


@dynamic
def merge_sort(numbers: list[int], few: int = 2) -> list[int]:
    """Calls itself until a list is short: how deep the graph is, only the input tells."""
    if len(numbers) <= few:
        return sort_few(numbers=numbers)
    middle = len(numbers) // 2
    return merge(
        left=merge_sort(numbers=numbers[:middle], few=few),
        right=merge_sort(numbers=numbers[middle:], few=few),
    )


@workflow
def sort_wf(numbers: list[int] = [5, 3, 9, 1, 7, 2, 8]) -> list[int]:  # noqa: B006  (declared, never changed)
    return merge_sort(numbers=numbers)


@task
def length(word: str) -> int:
    return len(word)


@task
def histogram(lengths: list[int]) -> dict[str, int]:
    return {str(size): count for size, count in sorted(Counter(lengths).items())}


@workflow
def lengths_wf(words: list[str]) -> list[int]:
    lengths: list[int] = map_task(length)(word=words)
    return lengths


@dynamic
def by_length(text: str) -> dict[str, int]:
    """Reads the value, then calls a workflow that maps."""
    return histogram(lengths=lengths_wf(words=text.split()))


@workflow
def words_wf(text: str = "to be or not to be") -> dict[str, int]:
    return by_length(text=text)
