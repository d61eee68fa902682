"""Writes a first pucs_config.yaml: the template, with streams guessed from the repository's top directories."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pucs.config.compiling import compile_pattern
from pucs.patterns import matches

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_STREAMS = 8
TEST_DIRECTORIES = ("tests", "test")
_NO_WORK = {
    *TEST_DIRECTORIES,
    *("assets", "bin", "build", "dist", "doc", "docs", "env", "examples", "node_modules"),
    *("scripts", "static", "target", "templates", "third_party", "tools", "vendor", "venv"),
}
_CONTAINERS = ("src", "lib", "packages", "apps", "services", "crates", "modules")
_START = "# streams:\n"


def default_config(tree_files: Iterable[str]) -> str:
    """The text of a configuration that says the defaults, with streams for this repository in comments."""
    text = _template()
    guessed = guess_streams(tree_files)
    if not guessed:
        return text
    before, _, rest = text.partition(_START)
    return before + guessed + rest[rest.index("\n\n") + 1 :]


def guess_streams(tree_files: Iterable[str]) -> str:
    """A `streams:` block for the files of a repository, every line a comment; empty where nothing suggests any."""
    files = sorted(set(tree_files))
    sizes = _workplaces(files, "")
    if len(sizes) == 1:
        (only,) = sizes
        sizes = _workplaces(files, only + "/") or sizes
    largest = sorted(sizes, key=lambda directory: (-sizes[directory], directory))[:MOST_STREAMS]
    streams: dict[str, str] = {}
    for directory in largest:
        streams.setdefault(directory.rpartition("/")[2], directory)
    lines = [line for name in sorted(streams) for line in _stream(name, streams[name], files)]
    return _START + "".join(f"#   {line}\n" for line in lines) if lines else ""


def _workplaces(files: list[str], above: str) -> dict[str, int]:
    """The directories in `above` that people work in, with the number of their files."""
    sizes: dict[str, int] = {}
    containers: list[str] = []
    for file in files:
        name, slash, _ = file[len(above) :].partition("/")
        if not file.startswith(above) or not slash or name.lower() in _NO_WORK or not _is_plain(name):
            continue
        if name in _CONTAINERS and not above:
            containers.append(name)
        else:
            sizes[above + name] = sizes.get(above + name, 0) + 1
    for container in dict.fromkeys(containers):
        sizes.update(_workplaces(files, container + "/") or {container: containers.count(container)})
    return sizes


def _is_plain(name: str) -> bool:
    """Whether the name says itself in YAML, in a pattern and as a stream."""
    return (
        name.isascii()
        and name[:1].isalpha()
        and name[-1].isalnum()
        and name.replace("-", "").replace("_", "").isalnum()
    )


def _stream(name: str, directory: str, files: list[str]) -> list[str]:
    lines = [f"{name}:", f'  files_pattern: "{directory}/**"']
    tests = _tests(name, files)
    if tests:
        lines.append(f'  test_pattern: "{tests}"')
    return [*lines, "  max_agents: 3"]


def _tests(name: str, files: list[str]) -> str:
    for directory in TEST_DIRECTORIES:
        if any(file.startswith(f"{directory}/{name}/") for file in files):
            return f"{directory}/{name}/**"
        pattern = f"{directory}/test_*{name}*"
        if any(matches((compile_pattern(pattern),), file) for file in files):
            return pattern
    return ""


def _template() -> str:
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    installed = os.path.join(package, "_templates")
    # The wheel carries the templates inside the package, a checkout beside it.
    folder = installed if os.path.isdir(installed) else os.path.join(os.path.dirname(package), "templates")
    with open(os.path.join(folder, "pucs_config.yaml"), encoding="utf-8") as file:
        return file.read()
