"""Incidents of the index: one agent's unfinished work in another one's commit, or on another one's branch."""

from __future__ import annotations

from tests.incidents.reports import incident
from tests.incidents.scene import Agent, Scene


def _on(scene: Scene, agent: Agent, branch: str, line: str) -> str:
    """What is amiss where the agent's line was committed elsewhere than on that branch."""
    for other in scene.repo.git("for-each-ref", "--format=%(refname:short)", "refs/heads").split():
        text = scene.repo.git("log", "-p", "--format=%an", f"--author={agent.name}", other, "--")
        if other != branch and line in text and line not in scene.repo.git("log", "-p", branch, "--"):
            return f"{agent.name}'s commit is on {other}, it was meant for {branch}"
    return ""


@incident(
    "anthropics/claude-code#88862",
    "The next `git add` of a peer swept a half-finished edit into an unrelated commit, though its author had left the "
    "contended file out on purpose.",
)
def swept_the_file_left_out(scene: Scene) -> None:
    ada, ben = scene.agent("Ada"), scene.agent("Ben")
    ada.edit("api/orders.py", "api/orders.py line 1", "ada's half")
    ada.edit("docs/guide.md", "docs/guide.md line 1", "ada's whole")
    ada.run("git add docs/guide.md && git commit -qm 'docs: Whole'")
    ben.edit("api/users.py", "api/users.py line 1", "ben's users")
    ben.run("git add api && git commit -qm 'feat: Users'")


@incident(
    "anthropics/claude-code#88862",
    "Two sessions in one hot file: the whole file went into the commit of whoever committed first.",
)
def committed_the_hot_file(scene: Scene) -> None:
    ada, ben = scene.agent("Ada"), scene.agent("Ben")
    ada.edit("web/page.ts", "web/page.ts line 1", "ada's entry")
    ben.edit("web/page.ts", "web/page.ts line 8", "ben's entry")
    ben.insist("git add web/page.ts && git commit -qm 'feat: Entry'")
    ada.insist("git add web/page.ts && git commit -qm 'feat: Entry'")


@incident(
    "damianvtran/local-operator#749",
    "`git add -A` in a shared checkout committed a peer's tracked file in mid-edit, and the head was red for it.",
)
def added_everything(scene: Scene) -> None:
    ada, ben = scene.agent("Ada"), scene.agent("Ben")
    ada.edit("api/users.py", "api/users.py line 4", "ada's doubles")
    ben.edit("api/orders.py", "api/orders.py line 4", "ben's gate")
    ben.insist("git add -A && git commit -qm 'fix: Gate'")


@incident(
    "EthicalML/ethical#53",
    "A `git add` of a folder made a peer's untracked file tracked, so that the next branch switch deleted it.",
)
def tracked_and_deleted(scene: Scene) -> None:
    ada, ben = scene.agent("Ada"), scene.agent("Ben")
    ada.write("skills/newsletter.md", "ada's newsletter\n")
    ben.write("skills/own.md", "ben's skill\n")
    ben.run("git switch -qc ben && git add skills && git commit -qm 'docs: Skill'; git switch -q main")


@incident(
    "SauersML/gam#1594",
    "`git commit -am` in one of many sessions committed 19 files with 1,138 deletions of the others.",
)
def committed_all(scene: Scene) -> None:
    ada, ben, cleo = (scene.agent(name) for name in ("Ada", "Ben", "Cleo"))
    ada.edit("api/users.py", "api/users.py line 2\napi/users.py line 3\n", "ada's ban\n")
    cleo.edit("docs/guide.md", "docs/guide.md line 1", "cleo's audit")
    ben.edit("api/orders.py", "api/orders.py line 6", "ben's invariance")
    ben.run("git commit -qam 'fix: Invariance'")


@incident(
    "laurigates/claude-plugins#1276",
    "What a session had left uncommitted was taken along by the commit -a of the next one.",
)
def took_leftovers_along(scene: Scene) -> None:
    ada = scene.agent("Ada")
    ada.edit("docs/guide.md", "docs/guide.md line 7", "ada's leftover")
    if scene.guarded:
        ada.client.end()
    ben = scene.agent("Ben")
    ben.edit("api/orders.py", "api/orders.py line 7", "ben's change")
    ben.run("git commit -qam 'feat: Change'")


@incident(
    "pjt222/agent-almanac#592",
    "An untracked file of a session nobody knew of was committed by `git add -A` and reached a merged branch.",
)
def added_an_unknown_sessions_file(scene: Scene) -> None:
    ada, ben = scene.agent("Ada"), scene.agent("Ben")
    ada.run('mkdir -p dreams && echo "ada\'s tiles" > dreams/tiles.md')
    ben.edit("api/users.py", "api/users.py line 5", "ben's literals")
    ben.run("git add -A && git commit -qm 'fix: Literals' && git branch merged")
    ben.run("git rm -q --cached dreams/tiles.md && git commit -qm 'fix: Leave it out'")


@incident(
    "intent-hq/intent#939",
    "A commit program that was given no list of files committed every changed path of the tree for one agent.",
)
def committed_by_a_program(scene: Scene) -> None:
    commit = scene.script(
        "commit.py",
        "import subprocess as s\ns.run(['git', 'add', '--all'])\ns.run(['git', 'commit', '-qm', 'chore: Checkpoint'])\n",
    )
    ada, ben, paula = scene.agent("Ada"), scene.agent("Ben"), scene.person()
    ada.write("api/new.py", "ada's new\n")
    paula.write("notes.txt", "paula's\n")
    ben.edit("api/orders.py", "api/orders.py line 2", "ben's work")
    ben.run(commit)


@incident(
    "stephrobert/pepin#199",
    "`git add -A` for a version bump took six files that an agent was writing at that moment, half of them written.",
)
def added_in_mid_write(scene: Scene) -> None:
    ada, ben = scene.agent("Ada"), scene.agent("Ben")
    for number in range(3):
        ada.write(f"references/{number}.tf", f"ada's resource {number}\n")
    ben.edit("docs/guide.md", "docs/guide.md line 3", "ben's 0.3.5")
    ben.run("git -c core.quotePath=false add -A; git commit -qm 'chore: Bump'")
    for number in range(3):
        ada.write(f"references/{number}.tf", f"ada's resource {number}\nada's rest {number}\n")


@incident(
    "anthropics/claude-code#91513",
    "`git commit --amend` rewrote the commit that a peer had made in between, with its message.",
    read=True,
)
def amended_the_peers_commit(scene: Scene) -> str:
    ada, ben = scene.agent("Ada"), scene.agent("Ben")
    ada.edit("api/orders.py", "api/orders.py line 1", "ada's one")
    ada.run("git add api/orders.py && git commit -qm 'feat: One of Ada'")
    ben.edit("api/users.py", "api/users.py line 1", "ben's one")
    ben.run("git add api/users.py && git commit -qm 'feat: One of Ben'")
    ada.run("git commit -q --amend -m 'feat: One of Ada [tag]'")
    return "" if "One of Ben" in scene.repo.git("log", "--format=%s", "main") else "Ben's message is gone"


@incident(
    "wshallwshall/claude-multisession#111",
    "A checkout by one of four agents in one tree made the commit of another land on the wrong branch.",
    read=True,
)
def committed_on_the_wrong_branch(scene: Scene) -> str:
    scene.branch("ben-branch", docs__ben_md="ben\n")
    ada, ben = scene.agent("Ada"), scene.agent("Ben")
    ada.run("git switch -qc ada-branch")
    ada.edit("api/orders.py", "api/orders.py line 5", "ada's task")
    ben.insist("git checkout -q ben-branch")
    ada.run("git add api/orders.py && git commit -qm 'feat: Task'")
    return _on(scene, ada, "ada-branch", "ada's task")


@incident(
    "vamseeachanta/workspace-hub#3231",
    "Sessions moved HEAD of one checkout back and forth; a commit went to whatever was checked out.",
    read=True,
)
def thrashed_the_head(scene: Scene) -> str:
    scene.branch("two", docs__two_md="two\n")
    ada, ben = scene.agent("Ada"), scene.agent("Ben")
    ada.write("api/three.py", "ada's three\n")
    for name in ("two", "main", "two"):
        ben.run(f"git switch -q {name}")
    ada.run("git add api/three.py && git commit -qm 'feat: Three'")
    return _on(scene, ada, "main", "ada's three")
