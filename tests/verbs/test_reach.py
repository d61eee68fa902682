"""What each git verb may take, told from its words alone: no repository, no gate."""

import pytest

from pucs.commands import GitCall
from pucs.git_reach import (
    BUNDLES,
    DROPS,
    HOOKS,
    IGNORED,
    MOVES,
    OBJECTS,
    OVERLAID,
    PATCHES,
    POPS,
    PUSHES,
    REFS,
    STAGED,
    TAKES,
    TRACKED,
    TREES,
    UNTRACKED,
    Facts,
)
from pucs.git_verbs import is_judged, reaches

BRANCHES = ("main", "side", "HEAD", "HEAD~1")
FACTS = Facts(lambda word: word in BRANCHES, lambda _: "")

TABLE = {
    "stash": [(TAKES, (TRACKED,), ())],
    "stash push": [(TAKES, (TRACKED,), ())],
    "stash push -m x -- a b": [(TAKES, (TRACKED,), ("a", "b"))],
    "stash -u": [(TAKES, (TRACKED, UNTRACKED), ())],
    "stash -a": [(TAKES, (TRACKED, UNTRACKED, IGNORED), ())],
    "stash -S": [(TAKES, (STAGED,), ())],
    "stash pop": [(POPS, (), ()), (TAKES, (OVERLAID,), ())],
    "stash drop stash@{2}": [(POPS, (), ())],
    "stash clear": [(POPS, (), ())],
    "stash apply": [(POPS, (), ()), (TAKES, (OVERLAID,), ())],
    "stash list": [],
    "stash -p": [],
    "reset": [],
    "reset a": [],
    "reset --soft HEAD~1": [(DROPS, (), ())],
    "reset --hard": [(TAKES, (TRACKED,), ())],
    "reset --hard HEAD~1": [(TAKES, (TRACKED,), ()), (DROPS, (), ())],
    "reset --merge": [(TAKES, (STAGED, OVERLAID), ())],
    "reset --keep side": [(MOVES, (), ()), (TAKES, (OVERLAID,), ()), (DROPS, (), ())],
    "checkout a": [(TAKES, (TRACKED,), ("a",))],
    "checkout -- side": [(TAKES, (TRACKED,), ("side",))],
    "checkout side": [(MOVES, (), ()), (TAKES, (OVERLAID,), ())],
    "checkout side -- a": [(TAKES, (TRACKED,), ("a",))],
    "checkout -f": [(TAKES, (TRACKED,), ())],
    "checkout -B side": [(REFS, (), ("side",)), (MOVES, (), ())],
    "checkout -p": [],
    "restore a": [(TAKES, (TRACKED,), ("a",))],
    "restore --staged a": [],
    "restore -SW a": [(TAKES, (TRACKED,), ("a",))],
    "switch side": [(MOVES, (), ()), (TAKES, (OVERLAID,), ())],
    "switch -c new": [(MOVES, (), ())],
    "switch -C side": [(REFS, (), ("side",)), (MOVES, (), ())],
    "switch --discard-changes side": [(TAKES, (TRACKED,), ()), (MOVES, (), ()), (TAKES, (OVERLAID,), ())],
    "clean -f": [(TAKES, (UNTRACKED,), ())],
    "clean -fdx": [(TAKES, (UNTRACKED, IGNORED), ())],
    "clean -fX a": [(TAKES, (IGNORED,), ("a",))],
    "clean -n": [],
    "rm a": [(TAKES, (TRACKED,), ("a",))],
    "rm --cached a": [],
    "mv a b": [(TAKES, (TRACKED, UNTRACKED), ("a", "b/a"))],
    "apply x.patch": [(PATCHES, (), ("x.patch",))],
    "apply --check x.patch": [],
    "am x.mbox": [],
    "am --abort": [(TAKES, (STAGED,), ())],
    "merge side": [(TAKES, (OVERLAID,), ())],
    "merge --autostash side": [(TAKES, (TRACKED,), ()), (TAKES, (OVERLAID,), ())],
    "merge --abort": [(TAKES, (STAGED,), ())],
    "merge --continue": [],
    "rebase side": [(MOVES, (), ()), (TAKES, (OVERLAID,), ())],
    "rebase --abort": [(TAKES, (TRACKED,), ())],
    "rebase --continue": [],
    "cherry-pick side": [(TAKES, (OVERLAID,), ())],
    "cherry-pick --abort": [(TAKES, (STAGED,), ())],
    "revert HEAD": [(TAKES, (OVERLAID,), ())],
    "revert --skip": [(TAKES, (STAGED,), ())],
    "pull": [(TAKES, (OVERLAID,), ())],
    "pull --rebase --autostash": [(TAKES, (TRACKED,), ()), (TAKES, (OVERLAID,), ())],
    "sparse-checkout set docs": [(TAKES, (STAGED,), ()), (MOVES, (), ())],
    "sparse-checkout list": [],
    "worktree remove ../x": [(TREES, (), ("../x",))],
    "worktree add ../x": [],
    "branch -D side": [(REFS, (), ("side",))],
    "branch -M side new": [(REFS, (), ("side", "new"))],
    "branch -d side": [],
    "branch new": [],
    "push": [],
    "push --force": [(PUSHES, (), ())],
    "push origin +side": [(PUSHES, (), ("side",))],
    "push origin :side": [(PUSHES, (), ("side",))],
    "push --mirror": [(PUSHES, (), ("*",))],
    "update-ref refs/heads/side HEAD": [(REFS, (), ("side",))],
    "update-ref -d refs/stash": [(POPS, (), ())],
    "update-ref refs/other HEAD": [],
    "gc": [],
    "gc --prune=now": [(OBJECTS, (), ())],
    "prune": [(OBJECTS, (), ())],
    "reflog": [],
    "reflog expire --expire=now --all": [(OBJECTS, (), ())],
    "filter-repo --path x": [(OBJECTS, (), ())],
    "submodule deinit x": [(TREES, (), ("x",))],
    "submodule status": [],
    "add -A": [(BUNDLES, (TRACKED, UNTRACKED), ())],
    "add a": [(BUNDLES, (TRACKED, UNTRACKED), ("a",))],
    "commit -m x": [],
    "commit -am x": [(BUNDLES, (TRACKED,), ())],
    "commit --amend": [(DROPS, (), ())],
    "config core.hooksPath x": [(HOOKS, (), ())],
    "config core.hooksPath": [],
    "config user.name x": [],
    "status": [],
}


@pytest.mark.parametrize("command", TABLE)
def test_the_reach_of_a_verb(command: str) -> None:
    verb, *words = command.split()
    found = reaches(GitCall(verb, tuple(words)), FACTS)
    assert [(one.kind, one.among, one.paths) for one in found] == TABLE[command]
    assert all(one.words.startswith("git ") and one.safe for one in found if one.kind != PATCHES)


@pytest.mark.parametrize("command", TABLE)
def test_unknown_words_break_nothing(command: str) -> None:
    verb, *words = command.split()
    for place in range(len(words) + 1):
        reaches(GitCall(verb, (*words[:place], None, *words[place:])), FACTS)


def test_every_verb_that_the_issue_names_is_judged() -> None:
    named = (
        "stash reset checkout restore switch clean rm mv apply am merge rebase cherry-pick revert pull worktree branch"
    )
    more = "push update-ref gc prune reflog filter-repo submodule add commit"
    assert [verb for verb in f"{named} {more}".split() if not is_judged(verb)] == []
