"""Incidents of hook managers, of indexes of one's own, and of commands that run at the same time."""

from __future__ import annotations

from tests.incidents.reports import incident
from tests.incidents.scene import Scene

MANAGER = """\
#!/bin/sh
# As lint-staged did it: what is not staged goes into a patch while the tasks run.
git diff --binary >.git/unstaged.patch
git checkout-index -af
{task}
git apply --whitespace=nowarn .git/unstaged.patch
"""


@incident(
    "lint-staged/lint-staged#583",
    "Killing the lint script lost all unstaged changes: they were only in a patch.",
    read=True,
)
def killed_in_the_window(scene: Scene) -> None:
    scene.manager(MANAGER.format(task="rm .git/unstaged.patch; kill -9 $$"))
    ada, ben, paula = scene.agent("Ada"), scene.agent("Ben"), scene.person()
    ada.edit("api/users.py", "api/users.py line 1", "ada's users")
    paula.write("docs/guide.md", "paula's guide\n")
    ben.edit("api/orders.py", "api/orders.py line 1", "ben's orders")
    ben.run("git add api/orders.py && git commit -qm 'feat: Orders'")
    ada.edit("web/page.ts", "web/page.ts line 1", "ada's next")


@incident(
    "lint-staged/lint-staged#601",
    "A task failed, and the unstaged changes of all tracked files were not put back.",
    read=True,
)
def failed_in_the_window(scene: Scene) -> None:
    scene.manager(MANAGER.format(task="rm .git/unstaged.patch; exit 1"))
    ada, ben = scene.agent("Ada"), scene.agent("Ben")
    ada.edit("api/users.py", "api/users.py line 2", "ada's users")
    ben.edit("api/orders.py", "api/orders.py line 2", "ben's orders")
    ben.run("git add api/orders.py && git commit -qm 'feat: Orders'")
    ben.run("git commit -qm 'feat: Orders, again'")


@incident(
    "anthropics/claude-code#90943",
    "Each session had an index of its own; a commit from a stale one reverted and deleted what others had committed.",
    read=True,
)
def committed_from_a_stale_index(scene: Scene) -> str:
    ada, ben = scene.agent("Ada"), scene.agent("Ben")
    ben.run("GIT_INDEX_FILE=../index-ben git read-tree HEAD")
    ada.edit("api/users.py", "api/users.py line 1", "ada's users")
    ada.write("api/new.py", "ada's new\n")
    ada.run("git add api && git commit -qm 'feat: Users'")
    ben.edit("docs/guide.md", "docs/guide.md line 1", "ben's guide")
    ben.run("GIT_INDEX_FILE=../index-ben git add docs/guide.md")
    ben.run("GIT_INDEX_FILE=../index-ben git commit -qm 'docs: Guide'")
    kept = scene.repo.git("ls-tree", "-r", "--name-only", "HEAD").split()
    there = "api/new.py" in kept and "ada's users" in scene.repo.git("show", "HEAD:api/users.py")
    return "" if there else "Ben's commit takes back what Ada committed"


@incident(
    "kenn-io/roborev#1092",
    "Two sessions were told to fix the same findings, and their fix programs ran at the same time in one tree.",
)
def fixed_at_the_same_time(scene: Scene) -> None:
    fix = (
        "import pathlib, sys\nfor p in sys.argv[2:]:\n    pathlib.Path(p).write_text(sys.argv[1] + '\\n' + p + '\\n')\n"
    )
    program = scene.script("fix.py", fix)
    ada, ben = scene.agent("Ada"), scene.agent("Ben")
    scene.alone = False
    ada.edit("docs/guide.md", "docs/guide.md line 1", "ada's finding")
    ben.run(
        f"f=docs; {program} ben api/orders.py $f/guide.md",
        meanwhile=lambda: ada.run(f"f=web; {program} ada api/users.py $f/page.ts"),
    )
