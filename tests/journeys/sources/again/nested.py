"""A branch, a dynamic task and a sub-workflow around each other."""

from glidepath import conditional, dynamic, task, workflow


@task
def shout(text: str) -> str:
    return text.upper()


@task
def whisper(text: str) -> str:
    return text.lower()


@workflow
def loudly(text: str) -> str:
    return shout(text=text)


@dynamic
def many(text: str, times: int) -> str:
    for _ in range(times):
        text = loudly(text=text)
    return text


@workflow
def speech_wf(text: str = "Hello", loud: bool = True) -> str:
    said = conditional("how").if_(loud.is_true()).then(many(text=text, times=2)).else_().then(whisper(text=text))
    return shout(text=said)
