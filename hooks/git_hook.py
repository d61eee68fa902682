"""Every git hook of PUCS: run as `git_hook.py NAME arguments`, or as installed hooks run it: ROOT and SCRIPT before."""

import sys

arguments = sys.argv[3:]
if "__file__" in globals():
    sys.path.append(__file__.rpartition("/")[0] + "/..")
    arguments = sys.argv[1:]

try:
    from pucs import hookpath

    hookpath.use()

    from pucs.hosts.git_hooks import main
except Exception as error:  # noqa: BLE001 - a PUCS that cannot even start must not keep a person from committing
    import os

    agent = any(os.environ.get(name) for name in ("PUCS_AGENT_ID", "CLAUDE_CODE_SESSION_ID", "CLAUDECODE"))
    said = "this commit is refused, because it cannot be checked" if agent else "warning: this commit was not checked"
    sys.stderr.write(f"PUCS: {said}: PUCS cannot start: {error!r} (a person runs: pucs doctor)\n")
    sys.exit(1 if agent else 0)

code = main(arguments[0], arguments[1:])
hookpath.leave(code)
sys.exit(code)
