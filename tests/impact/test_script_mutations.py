"""The same for JavaScript, judged by node."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from pucs.code.facts import facts_of
from pucs.impact import breaks
from pucs.modules import Modules
from pucs.sources import Sources
from tests.impact.mutations import Mutation
from tests.impact.script_mutations import MUTATIONS
from tests.impact.test_mutations import Judged, lines_of

PACKAGE = Path(__file__).parent / "parcels"

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="the callers are run by node")


def run_callers(folder: Path) -> set[str]:
    done = subprocess.run(["node", "judge.mjs"], cwd=folder, capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def said(folder: Path, mutation: Mutation) -> set[str]:
    paths = [str(path.relative_to(folder)) for path in folder.rglob("*.mjs")]
    before = {path: facts_of((folder / path).read_bytes(), path) for path in paths}
    text = (folder / mutation.file).read_text()
    assert text.count(mutation.old) == 1, mutation.name
    after = {**before, mutation.file: facts_of(text.replace(mutation.old, mutation.new).encode(), mutation.file)}
    modules = Modules(paths)
    old, new = Sources(modules, before.get), Sources(modules, after.get)
    found = breaks(old, new, frozenset((mutation.file,)), [path for path in paths if path != mutation.file])
    return {one.path for one in found if one.path.startswith("callers/")}


@pytest.fixture(scope="module")
def judged(tmp_path_factory) -> list[Judged]:
    assert run_callers(PACKAGE) == set(), "green before"
    found = []
    for number, mutation in enumerate(MUTATIONS):
        copy = tmp_path_factory.mktemp("scripts") / str(number)
        shutil.copytree(PACKAGE, copy)
        told = said(copy, mutation)
        file = copy / mutation.file
        file.write_text(file.read_text().replace(mutation.old, mutation.new))
        found.append(Judged(mutation, run_callers(copy), told))
    return found


def test_what_breaks_is_found(judged) -> None:
    breaking = [one for one in judged if one.failing]
    missed = [one for one in breaking if not one.failing & one.said]
    assert len(breaking) >= 15
    assert len(missed) <= 0.1 * len(breaking), lines_of(missed)


def test_hardly_a_notice_is_false(judged) -> None:
    told = [one for one in judged if one.said]
    false = [one for one in told if not one.failing]
    assert len(false) <= 0.1 * len(told), lines_of(false)
