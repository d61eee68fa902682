"""What the events of a tool call mean for commands that are running: held up, looked at, ended."""

from __future__ import annotations

from pucs import system
from pucs.client.calls import Answer
from pucs.client.opening import is_committing, repository_at
from pucs.model import SILENT
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


def with_resources(call: ToolCall, command: str) -> Answer:
    """Whether the command has what it needs of the resources that the configuration names."""
    repository = repository_at(call.cwd)
    if repository is None or not repository.policy.resources:
        return Answer(SILENT)
    from pucs.client import resourcing  # noqa: PLC0415 - mostly none is configured

    return resourcing.before(call, command)


def give_back(call: ToolCall, calls: tuple[str, ...] | None, running: tuple[str, ...] | None = None) -> None:
    """Gives back the resources of calls that are over (None: of all), and of the background's that runs no more."""
    repository = repository_at(call.cwd)
    if repository is None or not repository.policy.resources:
        return
    from pucs.client import resourcing  # noqa: PLC0415 - mostly none is configured

    resourcing.ended(repository, call.caller, calls)
    if running is not None:
        resourcing.still_running(repository, call.caller, running)


def set_values(cwd: str) -> None:
    """Gives the session's commands its working tree's values of resources, by the file that its host reads."""
    file = system.environ().get("CLAUDE_ENV_FILE")
    repository = repository_at(cwd)
    if not file or repository is None or not any(rule.values for rule in repository.policy.resources):
        return
    from pucs.client.resourcing import environment  # noqa: PLC0415 - mostly none is configured

    lines = [
        f"export {name}='" + value.replace("'", "'\\''") + "'\n" for name, value in environment(repository).items()
    ]
    with open(file, "a", encoding="utf-8") as opened:
        opened.write("".join(lines))


def end_run(call: ToolCall, folder: str, task: str) -> None:
    """Looks at what the call's command left, if it is a run; `task` is the host's id of one that goes on behind it."""
    if task:
        _goes_on(call, task)
    give_back(call, (call.call,))
    # The command may have left the repository it began in.
    for place in dict.fromkeys((folder, call.cwd, system.environ().get("CLAUDE_PROJECT_DIR") or call.cwd)):
        repository = repository_at(place)
        if repository is not None and run_files.is_on(repository.store.root, call.call):
            from pucs.client import runs  # noqa: PLC0415 - what only reads has no run

            if task:
                runs.in_background(call, repository, task)
            else:
                runs.end(call, repository)


def _goes_on(call: ToolCall, task: str) -> None:
    repository = repository_at(call.cwd)
    if repository is not None and repository.policy.resources:
        from pucs.client import resourcing  # noqa: PLC0415 - mostly none is configured

        resourcing.goes_on(repository, call.caller, call.call, task)


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
