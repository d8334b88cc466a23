"""``make demo``: the commands of the README on a control plane of their own, with their times; stops what it started."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
SCOPE = ("-p", "flytesnacks", "-d", "development")


def run(*command: str, env: dict[str, str], quiet: bool = False) -> str:
    """Run a command as the user would, showing it, its output and its time; ends the demo when it fails."""
    if not quiet:
        print(f"\n\033[1m$ {' '.join(command)}\033[0m" if sys.stdout.isatty() else f"\n$ {' '.join(command)}", flush=True)
    started = time.perf_counter()
    done = subprocess.run([str(BIN / command[0]), *command[1:]], env=env, cwd=ROOT, text=True, stdout=subprocess.PIPE)
    elapsed = time.perf_counter() - started
    if not quiet:
        print(done.stdout, end="")
        print(f"[{elapsed:.2f} s]", flush=True)
    if done.returncode:
        raise SystemExit(done.returncode)
    return done.stdout


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="glidepath-demo-") as folder:
        env = {**os.environ, "GLIDEPATH_HOME": str(Path(folder) / "home"), "FLYTECTL_CONFIG": str(Path(folder) / "config.yaml")}
        Path(env["FLYTECTL_CONFIG"]).write_text("{}\n")
        run("pyflyte", "run", "examples/hello.py", "hello_wf", "--name", "Ada", env=env)
        run("flytectl", "demo", "start", env=env)
        try:
            endpoint = json.loads((Path(env["GLIDEPATH_HOME"]) / "server.json").read_text())["grpc"]
            Path(env["FLYTECTL_CONFIG"]).write_text(f"admin:\n  endpoint: {endpoint}\n  insecure: true\n")
            tour(env)
        finally:
            run("flytectl", "demo", "stop", env=env)


def tour(env: dict[str, str]) -> None:
    """Register, launch, watch, see the outputs."""
    run("pyflyte", "register", "examples", env=env)
    run("pyflyte", "run", "--remote", "--wait", "examples/wine.py", "training_wf", "--test_size", "0.3", env=env)
    run("flytectl", "get", "execution", *SCOPE, env=env)
    listed = json.loads(run("flytectl", "get", "execution", *SCOPE, "-o", "json", env=env, quiet=True))
    newest = listed if isinstance(listed, dict) else listed[0]
    run("flytectl", "get", "execution", newest["id"]["name"], "--details", *SCOPE, env=env)


if __name__ == "__main__":
    main()
