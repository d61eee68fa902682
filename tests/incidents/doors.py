"""Incidents of side doors: what shells, scripts, formatters and subagents write next to a guard on edits."""

from __future__ import annotations

from tests.incidents.reports import incident
from tests.incidents.scene import Scene


@incident(
    "anthropics/claude-code#88041",
    "In auto mode the client tells the model to edit with sed and heredocs, so that guards on Edit are never asked.",
)
def edited_with_sed(scene: Scene) -> None:
    ada, ben = scene.agent("Ada"), scene.agent("Ben")
    ada.edit("api/orders.py", "api/orders.py line 2", "ada's line")
    ben.run("sed -i 's/.*line.*/ben was here/' api/orders.py api/users.py")
    ben.run("cat > api/orders.py <<'EOF'\nben's heredoc\nEOF")


@incident(
    "anthropics/claude-code#87971",
    "A session made 81 Bash calls and no Edit: files were changed by Python, past the gates on the edit tools.",
)
def wrote_with_python(scene: Scene) -> None:
    ada, ben = scene.agent("Ada"), scene.agent("Ben")
    ada.write("api/users.py", "ada's users\n")
    ben.write("api/users.py", "ben's users\n")
    ben.run("""python3 -c "import pathlib as p; q='api/'; p.Path(q + 'users.py').write_text('ben anyway\\n')" """)


@incident(
    "anthropics/claude-code#92178",
    "In auto mode a session wrote itself a program that replaces text, whose command line names no file.",
)
def wrote_through_a_program(scene: Scene) -> None:
    codemod = scene.script(
        "codemod.py",
        "import pathlib\nfor p in pathlib.Path('.').rglob('*.py'):\n    p.write_text(p.read_text().upper())\n",
    )
    ada, ben = scene.agent("Ada"), scene.agent("Ben")
    ada.edit("api/orders.py", "api/orders.py line 1", "ada's order")
    ben.run(codemod)


@incident(
    "firstintent/ccteam#101",
    "A formatter asked for three files formatted forty, also those a peer was changing; they were reverted by checkout.",
)
def formatted_and_reverted(scene: Scene) -> None:
    fmt = scene.script(
        "fmt.py",
        "import pathlib\nfor p in pathlib.Path('.').rglob('*.[pt][ys]'):\n"
        "    p.write_text(p.read_text().replace(' line', '  line'))\n",
    )
    ada, ben = scene.agent("Ada"), scene.agent("Ben")
    ada.edit("web/page.ts", "web/page.ts line 2", "ada's page")
    ben.edit("api/orders.py", "api/orders.py line 2", "ben's order")
    ben.run(f"{fmt} -- api/orders.py")
    ben.run("git diff --name-only | grep -v orders | xargs git checkout -q --")


@incident(
    "anthropics/claude-code#40807",
    "A failed write truncated a page of 31,699 lines with five hours of uncommitted work to 16 lines.",
)
def truncated(scene: Scene) -> None:
    write = scene.script("write.py", "open('web/page.ts', 'w').write('half'); raise SystemExit(1)\n")
    ada, ben = scene.agent("Ada"), scene.agent("Ben")
    ada.write("web/page.ts", "".join(f"ada's feature {number}\n" for number in range(3000)))
    ben.run(write)


@incident(
    "anthropics/claude-code#43138",
    "A subagent wrote a file back as it had read it hours before, over the work of fifteen others.",
)
def wrote_a_stale_copy(scene: Scene) -> None:
    lead = scene.agent("Lead")
    first, last = scene.subagent(lead, "First"), scene.subagent(lead, "Last")
    stale = last.read("docs/guide.md")
    first.edit("docs/guide.md", "docs/guide.md line 1", "first's footer")
    first.edit("docs/guide.md", "docs/guide.md line 5", "first's keys")
    last.write("docs/guide.md", stale + "last's block\n")


@incident(
    "anthropics/claude-code#28078",
    "A rewind of one session put files back to its checkpoint, over what another session had written since.",
)
def rewound_over_a_peer(scene: Scene) -> None:
    ada, ben = scene.agent("Ada"), scene.agent("Ben")
    checkpoint = ben.read("api/users.py")
    ada.edit("api/users.py", "api/users.py line 2", "ada's users")
    ada.write("api/mine.py", "ada's file\n")
    # No tool of Ben's did it: his host did, and no hook tells of that.
    host = scene.person("Ben's host")
    host.write("api/users.py", checkpoint)
    host.run("rm api/mine.py")
    ada.write("api/more.py", "ada's more\n")


@incident(
    "kenn-io/roborev#1092",
    "A reviewer's fix loop edited the tree in which the branch's own workers were in mid-edit.",
)
def two_fix_loops(scene: Scene) -> None:
    ada, ben = scene.agent("Ada"), scene.agent("Ben")
    for turn in range(3):
        line = f"api/orders.py line {turn + 1}"
        for agent in (ada, ben):
            text = agent.read("api/orders.py")
            agent.write("api/orders.py", text.replace(line, f"{agent.name}'s fix {turn}"))
    ben.run("git checkout -q api/orders.py")


@incident(
    "automatis-tools/agents-can-communicate#23",
    "An install rewrites the lock file before anyone has changed anything; here while a peer changes it.",
)
def installed_packages(scene: Scene) -> None:
    install = scene.script(
        "npm.py",
        "import os, pathlib\npathlib.Path('package-lock.json').write_text('resolved by ben\\n')\n"
        "os.makedirs('node_modules/x', exist_ok=True)\npathlib.Path('node_modules/x/i.js').write_text('x\\n')\n",
    )
    ada, ben = scene.agent("Ada"), scene.agent("Ben")
    ada.write("package-lock.json", "ada's audit fix\n")
    ben.run(install)


@incident(
    "anthropics/claude-code#68315",
    "A checkpoint feature stashed and reset the tree behind everybody's back, eight times in one session.",
)
def reset_by_a_daemon(scene: Scene) -> None:
    ada, daemon = scene.agent("Ada"), scene.person("Daemon")
    for turn in range(2):
        ada.edit("api/orders.py", f"api/orders.py line {turn + 1}", f"ada's {turn}")
        ada.run(f'echo "ada\'s log {turn}" >> docs/guide.md')
        daemon.run("git stash push -q && git stash drop -q")
