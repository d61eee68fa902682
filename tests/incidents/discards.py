"""Incidents of whole-tree verbs: reset, checkout, restore, clean and rm next to somebody's unfinished work."""

from __future__ import annotations

from tests.incidents.reports import incident
from tests.incidents.scene import Scene


@incident(
    "anthropics/claude-code#40697",
    "A reset --hard origin/main every ten minutes destroyed what others had not committed; untracked files survived.",
)
def reset_every_ten_minutes(scene: Scene) -> None:
    scene.remote()
    ada, ben = scene.agent("Ada"), scene.agent("Ben")
    for turn in range(2):
        ada.edit("api/orders.py", f"api/orders.py line {turn + 1}", f"ada's turn {turn}")
        ada.write(f"api/new{turn}.py", f"ada's new {turn}\n")
        ben.run("git fetch -q origin && git reset --hard origin/main")


@incident(
    "thefrederiksen/devthrottle#3093",
    "To put main back in step after a merge, a session reset a checkout in which four others and a person worked.",
)
def reset_to_put_main_in_step(scene: Scene) -> None:
    scene.remote()
    scene.upstream("docs/merged.md", "merged\n")
    ada, ben, paula = scene.agent("Ada"), scene.agent("Ben"), scene.person()
    ada.edit("docs/guide.md", "docs/guide.md line 1", "ada's ledger")
    paula.write("web/page.ts", "paula's readme\n")
    ben.insist("git fetch -q && git reset --hard origin/main")


@incident(
    "anthropics/claude-code#10342",
    "A `git checkout .` to get rid of a few changes destroyed 136 modified files.",
)
def checked_out_everything(scene: Scene) -> None:
    ada, ben = scene.agent("Ada"), scene.agent("Ben")
    names = [f"src/part{number}.py" for number in range(30)]
    scene.person().run(
        "mkdir src && for i in $(seq 0 29); do echo base > src/part$i.py; done; git add . && git commit -qm b"
    )
    for name in names[:6]:
        ada.write(name, f"ada's {name}\n")
    ada.run('for f in src/part1?.py; do echo "ada\'s $f" > $f; done')
    ben.run("git checkout .")


@incident(
    "anthropics/claude-code#70363",
    "To unstage its files a session ran `git reset HEAD && git checkout -- .` and wiped two hours of others' work.",
)
def unstaged_by_checkout(scene: Scene) -> None:
    ada, ben, paula = scene.agent("Ada"), scene.agent("Ben"), scene.person()
    paula.write("web/page.ts", "paula's two hours\n")
    ada.edit("api/users.py", "api/users.py line 3", "ada's hour")
    ben.edit("api/orders.py", "api/orders.py line 3", "ben's one line")
    ben.run("git reset -q HEAD && git checkout -- .")


@incident(
    "anthropics/claude-code#55024",
    "A review checked out another branch's files over 14 unstaged ones, and then HEAD's over them to restore.",
)
def looked_at_a_branch_by_checkout(scene: Scene) -> None:
    scene.branch("feature", api__orders_py="orders of feature\n", web__page_ts="page of feature\n")
    ada, ben, paula = scene.agent("Ada"), scene.agent("Ben"), scene.person()
    ada.edit("api/orders.py", "api/orders.py line 7", "ada's wip")
    paula.write("web/page.ts", "paula's wip\n")
    ben.run("git checkout feature -- .")
    ben.run("git checkout HEAD -- .")


@incident(
    "anthropics/claude-code#81508",
    "After a formatter an agent reverted 'files it did not author' in a loop whose test never matched.",
)
def reverted_in_a_loop(scene: Scene) -> None:
    ada, ben = scene.agent("Ada"), scene.agent("Ben")
    ada.edit("api/users.py", "api/users.py line 2", "ada's refactoring")
    ben.edit("api/orders.py", "api/orders.py line 2", "ben's refactoring")
    ben.run(
        "for f in $(git status --porcelain | grep '^ M' | awk '{print $2}'); do keep=0;"
        ' for m in $MINE; do case "$f" in $m*) keep=1;; esac; done; [ $keep -eq 0 ] && git checkout -q -- "$f"; done'
    )


@incident(
    "anthropics/claude-code#62710",
    "To mend line endings a session ran git checkout on a file with uncommitted work, some of it its own.",
)
def checked_out_for_line_endings(scene: Scene) -> None:
    ada = scene.agent("Ada")
    ada.write("api/orders.py", "ada's copy constructor\r\nand more\r\n")
    ada.run("git checkout api/orders.py")


@incident(
    "AndyMik90/Aperant#1477",
    "A rejected review ran `git clean -fd` and deleted every untracked file of the project.",
)
def cleaned_after_a_rejection(scene: Scene) -> None:
    ada, ben, paula = scene.agent("Ada"), scene.agent("Ben"), scene.person()
    ada.write("features/new/a.py", "ada's feature\n")
    paula.write("notes.txt", "paula's notes\n")
    ben.insist("git clean -fd")


@incident(
    "GoogleCloudPlatform/scion#884",
    "`git clean -fdx` in a tree reset deleted ignored files that existed nowhere else.",
)
def cleaned_ignored_files(scene: Scene) -> None:
    ada, ben = scene.agent("Ada"), scene.agent("Ben")
    ada.write("run.log", "ada's evidence\n")
    ada.write("downloads/inbox.txt", "ada's download\n")
    ben.run("git reset -q --hard && git clean -fdxq")


@incident(
    "anthropics/claude-code#39394",
    "A session went to another branch on its own initiative and forced it over uncommitted changes.",
)
def forced_a_branch_over_changes(scene: Scene) -> None:
    scene.branch("b", web__page_ts="page of b\n")
    ada, ben, paula = scene.agent("Ada"), scene.agent("Ben"), scene.person()
    paula.write("web/page.ts", "paula's css\n")
    ada.edit("api/users.py", "api/users.py line 8", "ada's template")
    ben.run("git checkout -q b || git checkout -qf b")


@incident(
    "macanderson/stella#5287",
    "Four branch switches in six minutes reverted every uncommitted tracked file of three sessions in one checkout.",
)
def switched_four_times(scene: Scene) -> None:
    for name in ("one", "two"):
        scene.branch(name, api__orders_py=f"orders of {name}\n")
    ada, ben, cleo = (scene.agent(name) for name in ("Ada", "Ben", "Cleo"))
    ada.write("api/module.py", "ada's module\n")
    ada.edit("api/users.py", "api/users.py line 1", "import ada's module")
    ben.run("git switch -q --discard-changes one")
    ada.edit("api/orders.py", ada.read("api/orders.py").splitlines()[0], "ada's orders")
    cleo.run("git switch -q --discard-changes two")
    ben.run("git switch -q --discard-changes main")


@incident(
    "mistralai/mistral-vibe#557",
    "A rebase stopped at untracked files in its way, so the agent deleted them with rm -rf.",
)
def removed_what_was_in_the_way(scene: Scene) -> None:
    scene.remote()
    scene.upstream("config/local.yaml", "upstream's\n")
    ada, ben, paula = scene.agent("Ada"), scene.agent("Ben"), scene.person()
    ada.write("config/local.yaml", "ada's local\n")
    paula.write("config/secret.yaml", "paula's secret\n")
    ben.run("git pull -q --rebase origin main || (rm -rf config && git pull -q --rebase origin main)")


@incident(
    "kirodotdev/Kiro#9206",
    "To reorganise documents an agent deleted the old folder with 24 uncommitted files before moving them.",
)
def removed_before_moving(scene: Scene) -> None:
    ada, ben = scene.agent("Ada"), scene.agent("Ben")
    for number in range(4):
        ada.write(f"design/plan{number}.md", f"ada's plan {number}\n")
    ben.run("rm -rf design && mkdir -p sprints/1 && mv design/* sprints/1/")
    ada.run("D=des; rm -rf ${D}ign; mkdir design")


@incident(
    "damianvtran/local-operator#757",
    "Seconds after a mistaken edit in a shared checkout an agent undid it with checkout of the whole file.",
)
def undid_a_hunk_by_the_file(scene: Scene) -> None:
    ada, ben = scene.agent("Ada"), scene.agent("Ben")
    ada.edit("api/orders.py", "api/orders.py line 1", "ada's head")
    ben.edit("api/orders.py", "api/orders.py line 8", "ben's mistake")
    ben.run("git checkout -- api/orders.py")
