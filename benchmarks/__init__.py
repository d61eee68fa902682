"""The figures of PUCS: each is measured side by side with its yardstick in one run. `python -m benchmarks` runs all."""
