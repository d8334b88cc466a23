"""Call the chain of a file as a function and print the seconds of the first and of a warm call.

    python call_chain.py CHAIN_FILE {flytekit|glidepath}

Runs under both interpreters, so it imports nothing of this package.
"""

import importlib.util
import json
import sys
import time

WARM_CALLS = 3


def timed(chain) -> float:
    started = time.perf_counter()
    result = chain(x=0)
    seconds = time.perf_counter() - started
    if not isinstance(result, int) or result < 1:
        raise SystemExit(f"the chain gave {result!r}")
    return seconds


def main() -> None:
    path, package = sys.argv[1:]
    if package == "glidepath":
        import glidepath.compat

        glidepath.compat.install()
    spec = importlib.util.spec_from_file_location("chain", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["chain"] = module
    spec.loader.exec_module(module)
    first = timed(module.chain_wf)
    warm = min(timed(module.chain_wf) for _ in range(WARM_CALLS))
    print(json.dumps({"first": first, "warm": warm}))


if __name__ == "__main__":
    main()
