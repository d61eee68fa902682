"""`python -m benchmarks [NAME ...] [--write]`: measures, prints, and with --write keeps the result in RESULTS.md."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import (
    command_cost,
    commit_cost,
    contended_cost,
    crowd,
    deaths,
    edit_cost,
    feature_pairs,
    impact_cost,
    notices,
    random_storm,
    throughput,
    working_day,
)
from benchmarks.figures import markdown

BENCHMARKS = {
    "edit": edit_cost.measure,
    "contended": contended_cost.measure,
    "crowd": crowd.measure,
    "throughput": throughput.measure,
    "deaths": deaths.measure,
    "storm": random_storm.measure,
    "notices": notices.measure,
    "impact": impact_cost.measure,
    "command": command_cost.measure,
    "commit": commit_cost.measure,
    "afternoon": working_day.measure,
    "pairs": feature_pairs.measure,
}


def main() -> int:
    """Gives 1 when a figure misses its target."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)} (default: all)")
    parser.add_argument("--write", action="store_true", help="keep the result in benchmarks/RESULTS.md")
    among = random_storm.AMONG_OTHERS
    parser.add_argument(
        "--seconds",
        type=float,
        help=f"how long the storm lasts (default: {random_storm.SECONDS:g}, with all {among:g})",
    )
    parser.add_argument("--processes", type=int, default=random_storm.PROCESSES, help="how many agents are in it")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    # A benchmark is nobody's agent, whoever starts it.
    for name in list(os.environ):
        if name.startswith(("CLAUDE", "GIT_", "PUCS_", "AI_AGENT")):
            del os.environ[name]
    seconds = arguments.seconds or (random_storm.SECONDS if arguments.names else among)
    options = {"storm": {"seconds": seconds, "processes": arguments.processes}}
    sections, reached = [_heading()], True
    for name in arguments.names or BENCHMARKS:
        report = BENCHMARKS[name](**options.get(name, {}))
        reached = reached and report.holds
        sections.append(markdown(report))
        print(sections[-1], flush=True)
    if arguments.write:
        Path(__file__).with_name("RESULTS.md").write_text("\n".join(sections))
    return 0 if reached else 1


def _heading() -> str:
    git = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return (
        "# Results\n\n"
        f"Measured {time.strftime('%Y-%m-%d', time.gmtime())} with `make benchmark` on {os.cpu_count()} cores, "
        f"{platform.system()}, Python {platform.python_version()}, {git}. Ratios were measured side by side in one "
        "run; absolute times are left out, since machines differ.\n"
    )


if __name__ == "__main__":
    sys.exit(main())
