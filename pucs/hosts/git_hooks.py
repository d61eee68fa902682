"""Git's hooks: their names and arguments to our requests, our answers to lines for people and an exit code.

Whatever fails, an agent's commit is refused and a person's passes with one line; without the marker there is silence.
"""

from __future__ import annotations

from pucs import system
from pucs.client.subjects import Outcome, check_noted, prepare_noted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pucs.client.commits import Commit

    Handler = Callable[[Commit, Sequence[str], Mapping[str, str]], Outcome]

FOLLOWED = "PUCS_FOLLOWED"
"""In the environment of a gate that somebody's own hooks follow: it may ask for a commit window around them."""

WINDOW_NEEDED = 75
"""The exit code that asks for it: our lines in the hook then run hooks/commit_window.py."""

_OTHER_COMMIT = 60.0
_AGENT_VARIABLES = ("PUCS_AGENT_ID", "CLAUDE_CODE_SESSION_ID", "CLAUDECODE")


def main(hook: str, arguments: Sequence[str]) -> int:
    """Runs one git hook and gives its exit code: 0 lets git go on, 1 stops it."""
    environ = system.environ()
    handler = _HANDLERS.get(hook)
    followed = bool(environ.get(FOLLOWED))
    if handler is None or (not followed and _is_quickly_done(hook, arguments, environ)):
        return 0
    commit = None
    try:
        from pucs.client.commits import under_way  # noqa: PLC0415 - a message that is known to be good needs none of it

        commit = under_way(environ, system.getcwd())
        if commit is not None and followed:
            _let_others_finish(commit)
        outcome = handler(commit, arguments, environ) if commit is not None else Outcome()
    except Exception as error:  # noqa: BLE001 - the one place where everything is caught
        outcome = _failed(hook, error, environ)
    if outcome.lines:
        _say("\n".join(outcome.lines) + "\n")
    if outcome.refused:
        return 1
    return WINDOW_NEEDED if followed and commit is not None and _opens_window(commit) else 0


def _let_others_finish(commit: Commit) -> None:
    """Waits for the hook managers of another commit in this tree; after a minute it goes on regardless."""
    from pucs.client import windows  # noqa: PLC0415

    other = windows.in_the_way(commit.repository, commit.environ)
    if other is not None:
        _say(f"PUCS: waiting for the hooks of a commit by {other.by}\n")
        windows.in_the_way(commit.repository, commit.environ, _OTHER_COMMIT)


def _opens_window(commit: Commit) -> bool:
    """Whether what follows in this hook shall run in a commit window, which is open then."""
    from pucs.client import window_begin  # noqa: PLC0415

    try:
        return window_begin.opened(commit)
    except Exception as error:  # noqa: BLE001 - the commit may be made; its hooks are not guarded
        _say(f"PUCS: warning: no commit window while the hooks run: {error!r} (a person runs: pucs doctor)\n")
        return False


def _is_quickly_done(hook: str, arguments: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Whether a message that nobody edits is right by what `pre-commit` noted; everything else goes the long way."""
    if environ.get("GIT_EDITOR") != ":":
        return False
    gitdir = environ.get("GIT_DIR") or ".git"
    try:
        if hook == "prepare-commit-msg" and arguments[1:] == ["message"]:
            return prepare_noted(arguments[0], gitdir, environ.get("GIT_INDEX_FILE") or f"{gitdir}/index")
        return hook == "commit-msg" and check_noted(arguments[0], gitdir)
    except Exception:  # noqa: BLE001 - the long way will say what is wrong
        return False


def _pre_commit(commit: Commit, _: Sequence[str], __: Mapping[str, str]) -> Outcome:
    from pucs.client.commits import before  # noqa: PLC0415

    return before(commit)


def _pre_merge_commit(commit: Commit, _: Sequence[str], __: Mapping[str, str]) -> Outcome:
    from pucs.client.commits import before  # noqa: PLC0415

    return before(commit, merging=True)


def _prepare_commit_msg(commit: Commit, arguments: Sequence[str], environ: Mapping[str, str]) -> Outcome:
    from pucs.client.commit_messages import prepare  # noqa: PLC0415

    # The pre-commit program hands the source on in a variable.
    source = arguments[1] if len(arguments) > 1 else environ.get("PRE_COMMIT_COMMIT_MSG_SOURCE", "")
    return prepare(commit, arguments[0], source)


def _commit_msg(commit: Commit, arguments: Sequence[str], _: Mapping[str, str]) -> Outcome:
    from pucs.client.commit_messages import check  # noqa: PLC0415

    return check(commit, arguments[0])


def _post_commit(commit: Commit, _: Sequence[str], __: Mapping[str, str]) -> Outcome:
    from pucs.client.commit_end import after  # noqa: PLC0415

    after(commit)
    return Outcome()


_HANDLERS: dict[str, Handler] = {
    "pre-commit": _pre_commit,
    "pre-merge-commit": _pre_merge_commit,
    "prepare-commit-msg": _prepare_commit_msg,
    "commit-msg": _commit_msg,
    "post-commit": _post_commit,
}


def _failed(hook: str, error: Exception, environ: Mapping[str, str]) -> Outcome:
    """The answer where PUCS itself failed; by post-commit the commit is made already."""
    from pucs.errors import PucsError  # noqa: PLC0415
    from pucs.hosts.failing import brief  # noqa: PLC0415 - only a failure pays for it

    said = brief(error) + _reported(hook, error, environ)
    hint = error.hint if isinstance(error, PucsError) and error.hint else "run: pucs doctor"
    if hook == "post-commit":
        return Outcome(False, (f"PUCS: warning: what this commit released is not recorded: {said} ({hint})",))
    if _is_agent(environ):
        words = f"PUCS: this commit is refused, because it cannot be checked: {said}."
        return Outcome(True, (words, f"  Next: {hint}; or ask the person you work for to commit."))
    return Outcome(False, (f"PUCS: warning: this commit was not checked: {said} ({hint})",))


def _reported(hook: str, error: Exception, environ: Mapping[str, str]) -> str:
    from pucs.git.commits import committing_tree  # noqa: PLC0415
    from pucs.hosts.failing import report  # noqa: PLC0415

    try:
        tree = committing_tree(environ, system.getcwd())
        return report(f"{tree.common}/pucs", hook, error).removesuffix(".") if tree is not None else ""
    except Exception:  # noqa: BLE001 - the failure may be here, too
        return ""


def _is_agent(environ: Mapping[str, str]) -> bool:
    """Whether an agent commits, asked when the state may be beyond reading: then the environment decides."""
    if any(environ.get(name) for name in _AGENT_VARIABLES):
        return True
    try:
        from pucs.client.commits import committer, under_way  # noqa: PLC0415

        commit = under_way(environ, system.getcwd())
        return commit is not None and committer(commit) is not None
    except Exception:  # noqa: BLE001 - the failure may be here, too
        return False


def _say(text: str) -> None:
    data = text.encode("utf-8", "backslashreplace")
    try:
        while data:
            data = data[system.write(2, data) :]
    except OSError:
        return  # nobody listens; the exit code says it, too


if __name__ == "__main__":  # as a hook of the pre-commit program: python -m pucs.hosts.git_hooks NAME ...
    import sys

    sys.exit(main(sys.argv[1], sys.argv[2:]))
