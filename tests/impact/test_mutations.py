"""One-line changes of a small package, each judged by running its callers: who is broken, and who was told."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import pytest

from pucs.code.facts import facts_of
from pucs.impact import breaks
from pucs.interface import Break, Facts
from pucs.modules import Modules
from pucs.sources import Sources
from tests.impact.mutations import MUTATIONS, Mutation

PACKAGE = Path(__file__).parent / "ledger"


class Judged(NamedTuple):
    """Which files of callers fail when they are run, and which are said to be broken."""

    mutation: Mutation
    failing: set[str]
    said: set[str]


def run_callers(folder: Path) -> set[str]:
    """The callers that fail in this copy of the package."""
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-c", RUN], cwd=folder, capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout))


RUN = f"import sys, os; sys.path.insert(0, os.getcwd()); exec(open({str(Path(__file__).with_name('judging.py'))!r}).read())"


def lone(files: dict[str, Facts]):
    own = defaultdict(list)
    for path, facts in files.items():
        for one in facts.definitions.values():
            owner, _, name = one.name.rpartition(".")
            if owner and one.kind == "function":
                own[name].append((path, owner))
    return lambda name: own[name][0] if len(own[name]) == 1 else None


def said(folder: Path, mutation: Mutation) -> tuple[Break, ...]:
    """What the analysis says about the mutation."""
    paths = [str(path.relative_to(folder)) for path in folder.rglob("*.py")]
    before = {path: facts_of((folder / path).read_bytes(), path) for path in paths}
    text = (folder / mutation.file).read_text().replace(mutation.old, mutation.new)
    after = {**before, mutation.file: facts_of(text.encode(), mutation.file)}
    modules, known = Modules(paths), lone(before)
    old, new = Sources(modules, before.get, known), Sources(modules, after.get, known)
    return breaks(old, new, frozenset((mutation.file,)), [path for path in paths if path != mutation.file])


def judge(package: Path, mutations: tuple[Mutation, ...], folder: Path) -> list[Judged]:
    found = []
    for number, mutation in enumerate(mutations):
        copy = folder / str(number)
        shutil.copytree(package, copy, ignore=shutil.ignore_patterns("__pycache__"))
        told = {one.path for one in said(copy, mutation) if one.path.startswith("callers/")}
        file = copy / mutation.file
        text = file.read_text()
        assert text.count(mutation.old) == 1, mutation.name
        file.write_text(text.replace(mutation.old, mutation.new))
        found.append(Judged(mutation, run_callers(copy), told))
    return found


def lines_of(judged: list[Judged]) -> str:
    return "\n".join(f"{one.mutation.name}: failing {sorted(one.failing)}, told {sorted(one.said)}" for one in judged)


@pytest.fixture(scope="module")
def judged(tmp_path_factory) -> list[Judged]:
    assert run_callers(PACKAGE) == set(), "green before"
    return judge(PACKAGE, MUTATIONS, tmp_path_factory.mktemp("mutations"))


class TestFigures:
    def test_there_are_enough_of_both(self, judged) -> None:
        assert sum(1 for one in judged if one.failing) >= 60
        assert sum(1 for one in judged if not one.failing) >= 25

    def test_what_breaks_is_found(self, judged) -> None:
        breaking = [one for one in judged if one.failing and not one.mutation.returns]
        missed = [one for one in breaking if not one.failing & one.said]
        assert len(missed) <= 0.05 * len(breaking), lines_of(missed)

    def test_what_is_returned_without_an_annotation_is_mostly_found(self, judged) -> None:
        breaking = [one for one in judged if one.failing and one.mutation.returns]
        missed = [one for one in breaking if not one.failing & one.said]
        assert len(missed) <= 0.2 * len(breaking), lines_of(missed)

    def test_hardly_a_notice_is_false(self, judged) -> None:
        told = [one for one in judged if one.said]
        false = [one for one in told if not one.failing]
        assert len(false) <= 0.1 * len(told), lines_of(false)

    def test_hardly_a_file_is_named_that_goes_on_working(self, judged) -> None:
        files = sum(len(one.said) for one in judged)
        false = sum(len(one.said - one.failing) for one in judged)
        assert false <= 0.1 * files, lines_of([one for one in judged if one.said - one.failing])
