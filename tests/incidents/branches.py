"""Incidents of branches, worktrees and history: ends that lose work, and work in the wrong tree."""

from __future__ import annotations

from tests.incidents.reports import incident
from tests.incidents.scene import Scene


@incident(
    "anthropics/claude-code#38287",
    "The clean-up of worktrees removed one and deleted its branch, whose commits were merged nowhere.",
    read=True,
)
def cleaned_up_an_unmerged_branch(scene: Scene) -> None:
    ada, ben = scene.agent("Ada", scene.worktree("task")), scene.agent("Ben")
    ada.write("api/task.py", "ada's task\n")
    ada.run("git add api/task.py && git commit -qm 'feat: Task'")
    ben.run("git worktree remove ../task && git branch -D task")


@incident(
    "kirodotdev/KiroCrew#1554",
    "A teardown force-removed a worktree with 15 uncommitted files of an open pull request, and its ref.",
    read=True,
)
def tore_down_a_dirty_worktree(scene: Scene) -> None:
    ada, ben = scene.agent("Ada", scene.worktree("cost")), scene.agent("Ben")
    ada.write("api/cost.py", "ada's committed\n")
    ada.run("git add api/cost.py && git commit -qm 'feat: Cost'")
    ada.write("api/handler.py", "ada's handler\n")
    ada.edit("api/orders.py", "api/orders.py line 1", "ada's fix")
    ben.run("git worktree remove ../cost --force && git update-ref -d refs/heads/cost $(git rev-parse cost)")


@incident(
    "anthropics/claude-plugins-official#5665",
    "For every branch whose upstream was gone a clean-up ran worktree remove --force and branch -D.",
    read=True,
)
def cleaned_gone(scene: Scene) -> None:
    scene.remote()
    ada, ben = scene.agent("Ada", scene.worktree("gone")), scene.agent("Ben")
    ada.write("api/gone.py", "ada's work\n")
    ada.run("git add api/gone.py && git commit -qm 'feat: Gone' && git push -q -u origin gone")
    ada.write("api/more.py", "ada's more\n")
    scene.person().run("git push -q origin --delete gone && git fetch -q --prune")
    ben.run(
        "git branch -v | grep '\\[gone\\]' | sed 's/^[+* ]//' | awk '{print $1}' | while read branch; do"
        " worktree=$(git worktree list | grep \"\\[$branch\\]\" | awk '{print $1}');"
        ' [ -n "$worktree" ] && git worktree remove --force "$worktree"; git branch -D "$branch"; done'
    )


@incident(
    "anthropics/claude-code#58885",
    "Where `git worktree remove` failed, the clean-up went on with rm -rf and deleted untracked code.",
)
def removed_a_worktree_with_rm(scene: Scene) -> None:
    ada, ben = scene.agent("Ada", scene.worktree("davinci")), scene.agent("Ben")
    ada.write("api/issue268.py", "ada's 268\n")
    ada.edit("docs/guide.md", "docs/guide.md line 4", "ada's guide")
    ben.run("git worktree remove ../davinci || rm -rf ../davinci; git worktree prune")


@incident(
    "rjmurillo/ai-agents#3745",
    "A force push with a lease that a fetch had just renewed removed two commits of another agent.",
    read=True,
)
def pushed_over_a_peer(scene: Scene) -> None:
    scene.remote()
    ada, ben = scene.agent("Ada", scene.worktree("a")), scene.agent("Ben", scene.worktree("b"))
    ada.edit("api/orders.py", "api/orders.py line 1", "ada's y")
    ada.run("git commit -qam 'feat: Y' && git push -q origin a:shared")
    ben.edit("api/users.py", "api/users.py line 1", "ben's z")
    ben.run("git commit -qam 'feat: Z' && git fetch -q && git push -q --force-with-lease origin b:shared")
    ada.run("git switch -q --detach origin/main && git branch -q -D a")


@incident(
    "anthropics/claude-code#76727",
    "44 % of the writes of worktree sessions went into the shared checkout, by absolute paths.",
)
def wrote_to_the_shared_checkout(scene: Scene) -> None:
    ada, ben = scene.agent("Ada"), scene.agent("Ben", scene.worktree("ben"))
    ada.edit("api/orders.py", "api/orders.py line 3", "ada's order")
    full = f"{scene.repo.root}/api/orders.py"
    ben.write(full, "ben's whole file\n")
    ben.run(f'echo "ben\'s shell" > {full}')


@incident(
    "kamp-us/phoenix#3594",
    "Coders with isolation wrote first into the primary checkout, noticed, and cleaned that up.",
)
def bled_and_cleaned(scene: Scene) -> None:
    lead = scene.agent("Lead")
    coder = scene.subagent(lead, "Coder", scene.worktree("coder", at=".claude/worktrees/coder"))
    peer = scene.agent("Peer")
    peer.edit("docs/guide.md", "docs/guide.md line 6", "peer's guide")
    coder.write(f"{scene.repo.root}/docs/new.md", "coder's new\n")
    coder.run(
        f"cp {scene.repo.root}/docs/new.md docs/new.md; cd {scene.repo.root} && git checkout -q docs && git clean -fdq docs"
    )


@incident(
    "tintinweb/pi-subagents#187",
    "Two isolated subagents worked in the main checkout after all and raced on its HEAD.",
)
def isolated_ones_shared_a_tree(scene: Scene) -> None:
    lead = scene.agent("Lead")
    one, two = (scene.subagent(lead, name) for name in ("One", "Two"))
    one.run("git checkout -qb issue-1")
    one.edit("api/orders.py", "api/orders.py line 1", "one's fix")
    two.run("git checkout -qb issue-2")
    two.edit("api/users.py", "api/users.py line 1", "two's fix")
    two.run("git add -A && git commit -qm 'fix: Two'")
    one.run("git add -A && git commit -qm 'fix: One'")


@incident(
    "anthropics/claude-code#66993",
    "Making a worktree rewrote the shared core.hooksPath, which switched the git hooks off for the whole clone.",
    read=True,
)
def hooks_were_switched_off(scene: Scene) -> None:
    ada, ben = scene.agent("Ada"), scene.agent("Ben")
    scene.person("Host").run("mkdir -p .nohooks && git config core.hooksPath .nohooks")
    ada.edit("api/users.py", "api/users.py line 2", "ada's users")
    ben.edit("api/orders.py", "api/orders.py line 2", "ben's orders")
    ben.run("git commit -qam 'feat: Orders'")


@incident(
    "anthropics/claude-code#81505",
    "A session in the main checkout edited and deleted files in a paused session's worktree, then committed all of it.",
)
def worked_in_anothers_worktree(scene: Scene) -> None:
    tree = scene.worktree("bf-533")
    ada, ben = scene.agent("Ada", tree), scene.agent("Ben")
    ada.edit("api/orders.py", "api/orders.py line 1", "ada's mechanism")
    ada.write("api/new.py", "ada's new\n")
    ada.write("api/old.py", "ada's old\n")
    ada.run("git add api/new.py api/old.py")
    ben.write(f"{tree.root}/api/orders.py", "ben's own version\n")
    ben.run("git -C ../bf-533 rm -qf api/old.py")
    ben.run("cd ../bf-533 && git add -A && git commit -qm 'feat: Recommendation'")


@incident(
    "org2AI/ORG2#1028",
    "A rebase pull with autostash took everybody's uncommitted changes off the disk and left conflicts in them.",
)
def pulled_with_autostash(scene: Scene) -> None:
    scene.remote()
    scene.upstream("api/orders.py", "upstream's orders\n")
    ada, ben = scene.agent("Ada"), scene.agent("Ben")
    ada.edit("api/orders.py", "api/orders.py line 1", "ada's order")
    ben.insist("git pull -q --rebase --autostash origin main")


@incident(
    "EffortlessMetrics/perl-lsp#1685",
    "Pulls failed at untracked files that came in from upstream, too, so a script removed those and pulled again.",
)
def pulled_over_untracked_files(scene: Scene) -> None:
    scene.remote()
    scene.upstream("commands/skill.md", "upstream's skill\n")
    ada, ben = scene.agent("Ada"), scene.agent("Ben")
    pull = scene.script(
        "pull.py",
        "import subprocess as s, os\nif s.run(['git', 'pull', '-q', 'origin', 'main']).returncode:\n"
        "    os.remove('commands/skill.md'); s.run(['git', 'pull', '-q', 'origin', 'main'])\n",
    )
    ada.write("commands/skill.md", "ada's skill\n")
    ben.run(pull)
