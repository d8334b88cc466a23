"""Programs that the benchmarks run as child processes; each prints one line of JSON at the end."""
