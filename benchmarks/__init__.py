"""Speed and memory beside stock flytekit, measured in one run: ``python -m benchmarks [rows…]``. See docs/benchmarks.md."""
