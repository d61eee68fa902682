"""What the events of a tool call mean for commands that are running: held up, looked at, ended."""

from __future__ import annotations

from pucs import system
from pucs.client.opening import is_committing, repository_at
from pucs.state import run_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.client.edits import ToolCall


def held_up(call: ToolCall, command: str) -> str:
    """Why a command that may write must not run now: a commit window is open, and stayed open while we waited."""
    repository = repository_at(call.cwd)
    if repository is None or not is_committing(repository):
        return ""
    from pucs.client.windows import denial_for  # noqa: PLC0415

    if command.startswith(f"{repository.installation.command} "):
        return ""
    return denial_for(repository, call.caller.environ)


def end_run(call: ToolCall, folder: str, task: str) -> None:
    """Looks at what the call's command left, if it is a run; `task` is the host's id of one that goes on behind it."""
    # The command may have left the repository it began in.
    for place in dict.fromkeys((folder, call.cwd, system.environ().get("CLAUDE_PROJECT_DIR") or call.cwd)):
        repository = repository_at(place)
        if repository is not None and run_files.is_on(repository.store.root, call.call):
            from pucs.client import runs  # noqa: PLC0415 - what only reads has no run

            if task:
                runs.in_background(call, repository, task)
            else:
                runs.end(call, repository)


def look_at_runs(
    call: ToolCall,
    refused: list[str] | None = None,
    *,
    running: tuple[str, ...] | None = None,
    care: bool = False,
) -> None:
    """Looks at what the agent's commands that are on have changed; see `runs.catch_up`."""
    for folder in dict.fromkeys((call.cwd, system.environ().get("CLAUDE_PROJECT_DIR") or call.cwd)):
        repository = repository_at(folder)
        if repository is not None and run_files.are_on(repository.store.root):
            from pucs.client import runs  # noqa: PLC0415 - mostly none is

            for identifier in refused or ():
                runs.discard(repository, identifier)
            runs.catch_up(repository, call.caller, running=running, care=care)
