"""The gate before a shell command: its git verbs judged, its known writes checked like edits, the call recorded."""

from __future__ import annotations

from pucs import agents, edit_gate, system
from pucs.client import edits
from pucs.client.edits import Answer, ToolCall, identity_of
from pucs.client.halting import of_command
from pucs.client.looking import see
from pucs.client.opening import Repository, is_off, repository_at, spot_of
from pucs.client.protection import protected
from pucs.client.recording import record_command
from pucs.client.standing import standing
from pucs.model import DENY, SILENT, Agent, EditRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pucs.commands import Reading

_MOST_LOCKED = 20
"""A command that writes more files is sweeping: its paths are checked, but it takes no locks."""


def before(call: ToolCall, command: str, reading: Reading) -> Answer:
    """Whether the command may run, with the locks on its known paths; nothing at all for one that only reads."""
    if reading.read_only:
        return Answer(SILENT)
    halted = of_command(call, command)
    if halted.decision == DENY:
        return halted
    if reading.git:
        from pucs.client import judging  # noqa: PLC0415 - most commands run no git

        patched: tuple[str, ...] = ()
        for git_call in reading.git:
            judged = judging.judge(git_call, call.caller)
            if judged.denial:
                return Answer(DENY, judged.denial)
            patched += judged.writes
        reading = reading._replace(writes=(*reading.writes, *patched))
    answer = _written(call, reading)
    if answer.decision != DENY:
        repository = standing(call, command)
        if repository is not None:
            record_command(call, command, repository)
    return answer


def _written(call: ToolCall, reading: Reading) -> Answer:
    """The edit gate's answer to all files that the command is known to write."""
    swept = [path for folder in reading.folders for path in _held_below(call, folder)]
    paths = [*dict.fromkeys((*reading.writes, *swept))]
    here = repository_at(call.cwd)
    near = [path for path in paths if _is_locked_in(path, call.cwd, here)] if len(paths) <= _MOST_LOCKED else []
    far = [path for path in paths if path not in near]
    for path in (*far, *reading.folders):
        if _would_deny(call, path, whole=path in reading.whole):
            # Asked again as the edit that it is: with its ticket, its words and its line in the log.
            answer = edits.before(call._replace(paths=((path, path in reading.whole),)))
            if answer.decision == DENY:
                return answer
    return (
        edits.before(call._replace(paths=tuple((path, path in reading.whole) for path in near)))
        if near
        else Answer(SILENT)
    )


def _is_locked_in(path: str, cwd: str, here: Repository | None) -> bool:
    """Whether the end of the call will be reported where a lock on that path can be closed."""
    spot = spot_of(path, cwd)
    return spot is None or (here is not None and spot.repository.tree.common == here.tree.common)


def _would_deny(call: ToolCall, path: str, *, whole: bool) -> bool:
    """Whether the edit gate denies this path now; nothing is written for the answer."""
    spot = spot_of(path, call.cwd)
    if spot is None or not spot.inside:
        return False
    view = spot.repository.store.read()
    if is_off(view):
        return False
    why = protected(spot.repository, spot.inside, call.tool, call.values)
    target = see(spot.repository, spot.inside, view).target._replace(protected=why, whole=whole)
    identity = identity_of(call.caller, spot.repository)
    agent = agents.known(identity, view) or Agent("", identity.stream, first=view.revision)
    request = EditRequest(agent, call.call, call.tool, (target,), agents.stream_of(identity, agent))
    verdict = edit_gate.before(request, spot.repository.policy, view).result
    return bool(verdict.decision == DENY)


def _held_below(call: ToolCall, folder: str) -> Iterable[str]:
    """The files below that folder which hold bytes of other agents, or are what PUCS itself needs."""
    spot = spot_of(folder, call.cwd)
    if spot is None:
        return
    from pucs.client.peers import stakes  # noqa: PLC0415 - most commands sweep no folder
    from pucs.client.protection import own_files  # noqa: PLC0415

    view = spot.repository.store.read()
    if is_off(view):
        return
    agent = agents.known(identity_of(call.caller, spot.repository), view)
    for own in own_files(spot.repository):
        if not spot.inside or own.startswith(spot.inside + "/"):
            yield f"{spot.repository.tree.root}/{own}"
    for one in stakes(spot.repository, agent.id if agent is not None else "", view):
        inside = not spot.inside or one.path.startswith(spot.inside + "/")
        if one.has_bytes and inside and system.lexists(f"{spot.repository.tree.root}/{one.path}"):
            yield f"{spot.repository.tree.root}/{one.path}"
