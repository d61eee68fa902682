"""Incidents of the stash: one stack for all sessions and all worktrees."""

from __future__ import annotations

from tests.incidents.reports import incident
from tests.incidents.scene import Scene


@incident(
    "anthropics/claude-code#95355",
    "Two bare stash pops and a reset --hard in a worktree session destroyed the session's work and a peer's stash.",
)
def popped_twice_and_reset(scene: Scene) -> None:
    ada, ben = scene.agent("Ada", scene.worktree("review")), scene.agent("Ben")
    for number in range(3):
        ben.write(f"api/workspace{number}.py", f"ben's workspace {number}\n")
    ada.write("review.mjs", "ada's review\n")
    ada.edit("api/orders.py", "api/orders.py line 1", "ada's order")
    ada.run("git stash push -u -m n4-4328")
    ben.run("git stash push -u -m n4-3927 -- api/workspace0.py api/workspace1.py api/workspace2.py")
    ada.run("git stash pop")
    ada.run("git stash pop")
    ada.run("git reset --hard HEAD && git clean -fd")


@incident(
    "anthropics/claude-code#85879",
    "A stash push by one of several workers wiped 170 modified files from disk while the others were writing them.",
)
def stashed_under_everybody(scene: Scene) -> None:
    ada, ben = scene.agent("Ada"), scene.agent("Ben")
    for path in ("api/orders.py", "api/users.py", "docs/guide.md"):
        ada.edit(path, f"{path} line 2", f"ada's change of {path}")
    ben.edit("web/page.ts", "web/page.ts line 3", "ben's page")
    ben.insist("git stash")


@incident(
    "bobmatnyc/trusty-tools#4730",
    "Between one agent's stash push and pop a peer in another worktree pushed, and the pop consumed the peer's entry.",
)
def popped_the_peers_entry(scene: Scene) -> None:
    ada, ben = scene.agent("Ada", scene.worktree("a")), scene.agent("Ben", scene.worktree("b"))
    ada.edit("api/orders.py", "api/orders.py line 1", "ada's baseline")
    ben.edit("api/users.py", "api/users.py line 1", "ben's 4680")
    ada.run("git stash push -q")
    ben.run("git stash push -q -m 4680-wip")
    ada.run("git stash pop")
    ben.run("git stash pop")


@incident(
    "kent-tokyo/chematic#218",
    "A stash for an unrelated build check popped another worktree's entry, which was then discarded as foreign.",
)
def popped_and_discarded(scene: Scene) -> None:
    ada, ben = scene.agent("Ada", scene.worktree("a")), scene.agent("Ben", scene.worktree("b"))
    ada.write("api/issue200.py", "ada's 200\n")
    ada.edit("api/orders.py", "api/orders.py line 4", "ada's 200 in orders")
    ada.run("git stash -u")
    ben.run("git stash; make check; git stash pop")
    ben.run("git checkout -- . && git clean -fdq")


@incident(
    "ShaftHQ/SHAFT_ENGINE#4130",
    "A stash with nothing to save and a pop applied and dropped the entry of a much older session.",
)
def saved_nothing_and_popped(scene: Scene) -> None:
    old = scene.agent("Old")
    old.edit("docs/guide.md", "docs/guide.md line 1", "old pre-switch")
    old.write("doctor.bak", "old untracked\n")
    old.run("git stash push -u -m 'epitaxy: pre-switch'")
    if scene.guarded:
        old.client.end()
    ada = scene.agent("Ada", scene.worktree("fresh"))
    ada.run("git stash")
    ada.run("git stash pop")
    ada.run("git checkout -q -- . ; rm -f doctor.bak")


@incident(
    "anthony-chaudhary/dos-kernel#208",
    "A peer rewrote files between push and pop; the pop kept its entry, and the drop after it destroyed the only copy.",
)
def pop_was_refused_and_dropped(scene: Scene) -> None:
    ada, ben = scene.agent("Ada"), scene.agent("Ben")
    ada.edit("api/orders.py", "api/orders.py line 1", "ada's pulse")
    ada.run("git stash push -q -- api/orders.py")
    ben.edit("api/orders.py", "api/orders.py line 2", "ben's pulse")
    ada.run("git stash pop")
    ada.run("git stash drop")


@incident(
    "laurigates/claude-plugins#2113",
    "A concurrent session stashed an edit in flight away and moved HEAD to its own branch in the shared checkout.",
)
def stashed_and_switched(scene: Scene) -> None:
    scene.branch("fix", docs__guide_md="guide of fix\n")
    ada, ben = scene.agent("Ada"), scene.agent("Ben")
    ada.edit("docs/guide.md", "docs/guide.md line 5", "ada's skill")
    ben.run("git stash push -m carried-over && git switch -q fix")
    ada.run("git add docs/guide.md && git commit -qm 'docs: Promote the skill'")


@incident(
    "Extra-Chill/homeboy#14740",
    "Sibling worktrees of a fan-out pushed and popped on one stack of 57 entries; one cleared it.",
)
def cleared_the_stack(scene: Scene) -> None:
    lanes = [scene.agent(name, scene.worktree(name.lower())) for name in ("Ada", "Ben", "Cleo")]
    for lane in lanes:
        lane.edit("api/users.py", "api/users.py line 6", f"{lane.name}'s lane")
        lane.run(f"git stash push -q -m {lane.name}")
    lanes[0].run("git stash drop stash@{1}")
    lanes[2].run("git stash clear")
