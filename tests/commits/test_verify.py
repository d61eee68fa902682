"""`pucs verify` and `pucs boundary`: the gate's rules in CI, without state and without the marker."""

import json
import os

import pytest

from pucs.cli import main
from tests.support import Repo

CONFIG = """
streams:
  db:
    files_pattern: "db/**"
  ui:
    files_pattern: "ui/**"
    critical: true
critical_files:
  - path: "api.py"
    requires_review: true
    test_required: true
"""
BRANCH = "feature/stream-db-work"


@pytest.fixture
def origin(repo, monkeypatch):
    """A repository with a configuration, checked out on a stream's branch; commands run in it."""
    repo.write("pucs_config.yaml", CONFIG)
    repo.commit("Configure")
    repo.git("switch", "-q", "-c", BRANCH)
    monkeypatch.chdir(repo.root)
    for name in ("GITHUB_HEAD_REF", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"):
        monkeypatch.delenv(name, raising=False)
    return repo


def add(repo: Repo, subject: str, *paths: str) -> str:
    for path in paths:
        repo.write(path, f"{subject}\n")
    return repo.commit(subject)[:12]


@pytest.fixture
def pucs(capsys):
    """Runs a command in this process: its exit code, and the lines it printed."""

    def command(*arguments: str) -> tuple[int, list[str]]:
        code = main(arguments)
        return code, capsys.readouterr().out.splitlines()

    return command


def test_a_clean_range(origin, pucs):
    add(origin, "[PUCS-db] feat: Add y", "db/y.py", "README")
    assert pucs("verify", "main..HEAD") == (0, ["1 commits of stream db: nothing against the rules"])


def test_each_finding_names_commit_path_and_way_out(origin, pucs):
    first = add(origin, "[PUCS-db] feat: Add y", "db/y.py", "ui/y.py")
    second = add(origin, "Add z", "db/z.py")
    assert pucs("verify", "main...HEAD") == (
        1,
        [
            (
                f'{second} subject: the subject "Add z" does not name its stream. '
                f"Write: [PUCS-db] <type>: <description>. Reword it: git rebase -i {second}^"
            ),
            (
                f"{first} ui/y.py: belongs to stream ui, not to stream db. "
                "Take the change out, and make it on a branch feature/stream-ui"
            ),
            f"{first} ui/y.py: needs review: stream ui is critical",
        ],
    )


def test_renames_deletions_and_odd_names(origin, pucs):
    origin.write("ui/a.py", "a\n" * 50)
    origin.write("ui/café\n.py", "b\n")
    origin.git("switch", "-q", "main")
    origin.commit("Begin")
    origin.git("switch", "-q", "-C", BRANCH)
    origin.git("mv", "ui/a.py", "db.a.py")
    origin.git("rm", "-q", "ui/café\n.py")
    add(origin, "[PUCS-db] feat: Take", "db/y")
    code, lines = pucs("verify", "main..HEAD")
    assert code == 1
    assert [line.split(" ", 1)[1].split(": ")[0] for line in lines if "belongs" in line] == ["ui/a.py", "ui/café\\n.py"]


def test_the_rules_are_those_of_the_base(origin, pucs):
    origin.write("pucs_config.yaml", "streams: {}\n")
    add(origin, "[PUCS-db] feat: Loosen", "ui/y.py")
    assert pucs("verify", "main...HEAD")[0] == 1


def test_a_base_without_rules_binds_nobody(repo, monkeypatch, capsys):
    monkeypatch.chdir(repo.root)
    repo.git("switch", "-q", "-c", BRANCH)
    repo.write("pucs_config.yaml", CONFIG)
    add(repo, "Anything", "ui/x")
    assert main(["verify", "main..HEAD"]) == 0
    assert "no rule binds" in capsys.readouterr().err


def test_rules_that_are_wrong_are_the_callers_fault(origin, capsys):
    origin.write("pucs_config.yaml", "streams: 7\n")
    origin.commit("Break")
    assert main(["verify", "HEAD..HEAD"]) == 2
    assert "pucs_config.yaml at " in capsys.readouterr().err


@pytest.mark.parametrize("text", ["nowhere..HEAD", "HEAD..nowhere", "HEAD", "a..b..c", "", "-x..HEAD"])
def test_what_is_no_range_is_wrong_use(origin, text, capsys):
    # argparse takes "-x..HEAD" for an option and leaves by itself.
    try:
        code = main(["verify", text])
    except SystemExit as end:
        code = end.code
    assert code == 2
    assert capsys.readouterr().err


def test_sides_left_out_are_head(origin, pucs):
    add(origin, "Bad", "ui/y")
    assert pucs("verify", "main..")[0] == 1
    assert pucs("verify", "..main")[0] == 0


@pytest.mark.parametrize("name", [BRANCH, f"refs/heads/{BRANCH}", f"origin/{BRANCH}"])
def test_the_branch_may_be_named(origin, pucs, name):
    origin.git("switch", "-q", "--detach")
    add(origin, "Bad")
    assert pucs("verify", "main..HEAD")[0] == 0
    assert pucs("verify", "main..HEAD", "--branch", name)[0] == 1


@pytest.mark.parametrize("variable", ["GITHUB_HEAD_REF", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"])
def test_a_service_names_the_branch(origin, pucs, monkeypatch, variable):
    origin.git("switch", "-q", "--detach")
    add(origin, "Bad")
    monkeypatch.setenv(variable, BRANCH)
    assert pucs("verify", "main..HEAD")[0] == 1


def test_the_merge_that_a_service_makes_is_seen_through(origin, pucs, monkeypatch):
    bad = add(origin, "Bad", "ui/y")
    origin.git("switch", "-q", "main")
    add(origin, "Main goes on", "other")
    origin.git("switch", "-q", "--detach")
    origin.git("merge", "-q", "--no-ff", "-m", "Merge 1 into 2", BRANCH)
    monkeypatch.setenv("GITHUB_HEAD_REF", BRANCH)
    code, lines = pucs("verify", "main..HEAD")
    assert code == 1
    assert [line.split()[0] for line in lines if "review" not in line] == [bad, bad]


def test_without_a_branch_subjects_name_the_streams(origin, pucs):
    origin.git("switch", "-q", "--detach")
    add(origin, "[PUCS-ui] feat: Add", "ui/y")
    add(origin, "Whatever", "db/y", "ui/z")
    bad = add(origin, "fixup! [PUCS-ui] feat: Add", "db/z")
    code, lines = pucs("verify", "main..HEAD")
    assert code == 1
    assert [line[:20] for line in lines if "review" not in line] == [f"{bad} db/z: b"[:20]]


def test_merges_are_judged_on_what_differs_from_every_parent(origin, pucs):
    origin.write("ui/both", "1\n" * 9)
    origin.git("switch", "-q", "main")
    origin.commit("[PUCS-ui] feat: Begin")
    origin.git("switch", "-q", "-C", BRANCH)
    add(origin, "[PUCS-db] feat: Work", "db/y")
    origin.git("switch", "-q", "main")
    add(origin, "[PUCS-ui] feat: More", "ui/more")
    origin.git("switch", "-q", BRANCH)
    origin.git("merge", "-q", "--no-edit", "main")
    assert pucs("verify", "main..HEAD")[0] == 0
    origin.write("ui/more", "smuggled\n")
    origin.git("add", "-A")
    origin.git("commit", "-q", "--amend", "--no-edit")
    code, lines = pucs("verify", "main..HEAD")
    assert code == 1
    assert "ui/more: belongs to stream ui" in lines[0]


def test_critical_files_are_listed_once_with_their_last_commit(origin, pucs):
    add(origin, "[PUCS-db] feat: One", "api.py")
    origin.write("api.py", "more\n")
    last = origin.commit("[PUCS-db] feat: Two")[:12]
    code, lines = pucs("verify", "main..HEAD")
    assert (code, lines[0]) == (0, f"{last} api.py: needs review and its tests: it is a critical file")


def test_warnings_do_not_fail(origin, pucs):
    origin.write("pucs_config.yaml", CONFIG + "guard: {boundaries: warn}\ncommits: {format: warn}\n")
    origin.git("switch", "-q", "main")
    origin.commit("Configure")
    origin.git("switch", "-q", "-C", BRANCH)
    add(origin, "Bad", "ui/y")
    code, lines = pucs("verify", "main..HEAD")
    assert (code, [line[:8] for line in lines[:2]]) == (0, ["warning:", "warning:"])


def test_verify_as_json(origin, capsys):
    commit = add(origin, "Bad", "ui/y", "api.py")
    origin.git("config", "log.showSignature", "true")
    origin.git("config", "log.showRoot", "false")
    assert main(["verify", "main..HEAD", "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    full = origin.git("rev-parse", "HEAD")
    assert document["stream"] == "db"
    assert document["commits"] == 1
    assert document["has_rules"]
    assert [(one["commit"], one["rule"]) for one in document["findings"]] == [(full, "subject-prefix"), (full, "stray")]
    assert document["findings"][1]["path"] == "ui/y"
    assert document["findings"][1]["owners"] == ["ui"]
    assert {one["path"] for one in document["needs_review"]} == {"ui/y", "api.py"}
    assert commit in document["findings"][0]["message"]


def test_a_root_commit_and_a_name_that_is_no_text(tmp_path, repo, monkeypatch, capsys):
    origin = Repo(tmp_path / "new", repo.env)
    origin.root.mkdir()
    monkeypatch.chdir(origin.root)
    origin.git("init", "-q")
    origin.write("pucs_config.yaml", CONFIG)
    origin.commit("Configure")
    origin.git("switch", "-q", "--orphan", BRANCH)
    origin.write("ui/x", "1\n")
    with open(os.fsencode(origin.root) + b"/ui/\xff", "wb") as file:
        file.write(b"1\n")
    origin.commit("[PUCS-db] feat: Other root")
    assert main(["verify", "main..HEAD"]) == 1
    assert "ui/\\udcff: belongs" in capsys.readouterr().out
    assert main(["verify", "main..HEAD", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)
    assert main(["verify", "main...HEAD"]) == 2


def test_git_that_is_missing_is_the_worlds_fault(origin, monkeypatch, capsys):
    monkeypatch.setenv("PATH", "/nowhere")
    assert main(["verify", "main..HEAD"]) == 3
    assert "git cannot be run" in capsys.readouterr().err


# boundary


def test_changes_inside_the_boundary(origin, pucs):
    add(origin, "Any words", "db/y", "README")
    assert pucs("boundary") == (0, ["2 changed files of stream db: nothing against the rules"])


def test_changes_outside_the_boundary(origin, pucs):
    add(origin, "One", "ui/gone", "ui/y")
    (origin.root / "ui/gone").unlink()
    origin.commit("Two")
    assert pucs("boundary", "--base", "main") == (
        1,
        [
            "ui/y: belongs to stream ui, not to stream db. Take the change out, and make it on a branch feature/stream-ui",
            "ui/y: needs review: stream ui is critical",
        ],
    )


def test_the_stream_may_be_named(origin, pucs, monkeypatch):
    add(origin, "One", "ui/y")
    assert pucs("boundary", "--stream", "ui")[0] == 0
    monkeypatch.setenv("PUCS_STREAM", "ui")
    assert pucs("boundary")[0] == 0


def test_an_unknown_stream_is_wrong_use(origin, capsys):
    assert main(["boundary", "--stream", "no"]) == 2
    assert "there are: db, ui" in capsys.readouterr().err


def test_no_base_to_be_found_is_wrong_use(origin, capsys):
    origin.git("branch", "-m", "main", "elsewhere")
    assert main(["boundary"]) == 2
    assert "--base REF" in capsys.readouterr().err
    assert main(["boundary", "--base", "nowhere"]) == 2


def test_where_no_stream_applies_everything_is_inside(origin, pucs):
    origin.git("switch", "-q", "-c", "other")
    add(origin, "One", "ui/y", "db/y")
    assert pucs("boundary")[0] == 0


def test_boundary_as_json(origin, capsys):
    add(origin, "One", "ui/y")
    assert main(["boundary", "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["findings"] == [{"rule": "stray", "path": "ui/y", "owners": ["ui"]}]
    assert (document["files"], document["stream"], document["binding"]) == (1, "db", True)
