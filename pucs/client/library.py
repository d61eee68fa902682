"""`PUCSClient`: the library for agents and tools that do not come through a client's hooks."""

from __future__ import annotations

import os

from pucs import agents, edit_end, edit_gate, locks
from pucs.client import noting, parting
from pucs.client.announcing import Announcing
from pucs.client.borrowing import Borrowing
from pucs.client.callers import calling_agent
from pucs.client.coordination import Coordination
from pucs.client.looking import Sight, see
from pucs.client.messaging import Messaging
from pucs.client.opening import Repository, repository_at
from pucs.client.words import words_of
from pucs.client.working import Work
from pucs.errors import Refusal, UsageError
from pucs.git import locate
from pucs.model import DENY, GRANT, EditRequest, Event, Finding, Verdict
from pucs.state import processes
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any, Self

    from pucs.agents import Identity
    from pucs.client.parting import Wish
    from pucs.model import Lock, Process
    from pucs.negotiation import PartitionResult
    from pucs.view import View

_LOOKS = 4


class PUCSClient(Work, Announcing, Coordination, Messaging, Borrowing):
    """One agent's hands on the state of the repository at `path`.

    Without `agent_id` it acts for the agent whose shell it runs in (else PUCS_AGENT_ID). Locks taken here are explicit:
    they bind until they lapse, are released, or the process that took them is gone. As a context manager it releases
    at the end. Safe to use from several threads and processes. Raises UsageError where PUCS does not guard `path`.
    """

    def __init__(self, agent_id: str | None = None, stream: str | None = None, path: str = ".") -> None:
        repository = repository_at(os.path.abspath(path))
        if repository is None:
            raise UsageError(f"PUCS does not guard {os.path.abspath(path)}", "run: pucs init")
        self.repository: Repository = repository
        known = calling_agent(repository, os.environ)
        name = agent_id or (known.id if known else os.environ.get("PUCS_AGENT_ID"))
        if not name:
            raise UsageError("no agent is known here", 'say who acts: PUCSClient(agent_id="…"), or set PUCS_AGENT_ID')
        self.agent_id = name
        self._stream = stream or (known.stream if known else None) or os.environ.get("PUCS_STREAM")
        self._chosen = bool(stream or os.environ.get("PUCS_STREAM"))
        self._process = (known.process if known else None) or processes.identify(os.getpid())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release_locks()
        self._have_read()

    def outlives_this_process(self, process: Process | None = None) -> None:
        """From now on the end of this process ends nothing; that of the other `process` does, else only time."""
        self._process = process

    def acquire_locks(
        self, files: Iterable[str] | str, task: str = "", minutes: float | None = None
    ) -> tuple[Lock, ...]:
        """Locks all files or none, for `minutes` (default: the configuration's); gives the locks in that order.

        `path::Class.method` and `path:10-20` lock that part of a file, wherever it goes. Raises Refusal, with what a
        denied edit would be told, when one is not to be had, and UsageError for a part that is not there.
        """
        wishes = [self._wish(path, self._file) for path in ([files] if isinstance(files, str) else files)]
        wanted = parting.together(wishes)
        verdict, sights, taken = self._ask(wanted, task, (minutes or 0) * 60)
        if verdict.decision == DENY:
            finding = verdict.findings[0]
            stream = agents.stream_of(self._identity(task), self.repository.store.read().agent(self.agent_id))
            said = words_of(self.repository, finding, sights, stream)
            raise Refusal(said, f"see: {self.repository.installation.command} why {finding.path}")
        held = dict(zip((one.path for one in wanted), taken, strict=True))
        return tuple(held[one.path] for one in wishes)

    def release_locks(self, files: Iterable[str] | str | None = None) -> tuple[str, ...]:
        """Gives back these files, or all, and their paths; dirty ones stay protected until they are committed."""
        view = self.repository.store.read()
        if files is None:
            agent = view.agent(self.agent_id)
            tree = self.repository.tree.id
            wanted = tuple(parting.Wish(path) for where, path in (agent.paths if agent else ()) if where == tree)
        else:
            wanted = parting.together(
                self._wish(path, self._inside) for path in ([files] if isinstance(files, str) else files)
            )
        targets = tuple(
            see(self.repository, one.path, view).target._replace(parts=tuple((text, "", 0, 0) for text in one.parts))
            for one in wanted
        )
        released: tuple[str, ...] = self.repository.store.transact(
            lambda view: edit_end.released(self.agent_id, targets, view)
        )
        return released

    def negotiate_partition(
        self, agent_a: str, agent_b: str, shared_module: str, wants: Mapping[str, Iterable[str]] | None = None
    ) -> PartitionResult:
        """How two agents can share a file: which functions and classes each needs, apart where that is possible.

        What they need is what they changed, locked and were given as a task, and what `wants` says for each. Where both
        need the same, the result names who is first and who is `queued`: that one has a place in line from then on,
        kept for its `pucs wait` for some minutes, and is told. Else nothing changes.
        """
        from pucs.client.negotiating import negotiate  # noqa: PLC0415 - parsers cost more than all else here

        target = see(self.repository, self._file(shared_module), self.repository.store.read()).target
        return negotiate(self.repository, (agent_a, agent_b), target.path, wants or {})

    def log_change(self, action: str, files: Iterable[str] = (), details: Mapping[str, Any] | None = None) -> None:
        """Adds a line about a change to the activity log."""
        from pucs.client.cross_logger import details_of  # noqa: PLC0415 - locks need none of it

        entry = {"message": "log_action", "files": list(files), **details_of(details or {})}
        self.repository.store.append([Event(self.agent_id, self._stream, action, entry)])

    def _ask(
        self, wanted: tuple[Wish, ...], task: str, seconds: float
    ) -> tuple[Verdict, list[Sight], tuple[Lock, ...]]:
        store, policy = self.repository.store, self.repository.policy
        head = locate.head_of(self.repository.tree)
        for _ in range(_LOOKS):
            view = store.read()
            sights = [
                parting.with_parts(see(self.repository, one.path, view), one.parts, self.repository) for one in wanted
            ]
            noting.keep(store.root, sights)
            targets = tuple(sight.target for sight in sights)

            def rule(view: View, targets: tuple[Any, ...] = targets) -> Change:
                begun = agents.named(self._identity(task), view)
                stream = agents.stream_of(self._identity(task), begun.result)
                request = EditRequest(begun.result, "", "lock", targets, stream, head, True, seconds)
                change = edit_gate.before(request, policy, view.after(begun))
                after = view.after(change)
                mine = (locks.own(after.path(one.path).tree(one.tree), self.agent_id) for one in targets)
                held = tuple(lock for lock in mine if lock is not None)
                return Change((change.result, held), {**begun.writes, **change.writes}, begun.events + change.events)

            verdict, held = store.transact(rule)
            if verdict.decision == GRANT:
                act = noting.Act(self.agent_id, view.now, f"lock-{view.revision}", "lock")
                noting.granted(store.root, act, sights, verdict.adopted)
            if verdict.decision != edit_gate.AGAIN:
                return verdict, sights, held
        return Verdict(DENY, (Finding("state", wanted[0].path, note="others keep changing it"),)), sights, ()

    def _identity(self, task: str) -> Identity:
        return agents.Identity("", "", self.agent_id, self._stream, task, self._process, chosen=self._chosen)

    def _wish(self, text: str, inside: Callable[[str], str]) -> Wish:
        root = self.repository.tree.root
        meant = parting.wish(text, lambda path: os.path.lexists(os.path.join(root, path)))
        return meant._replace(path=inside(meant.path))

    def _file(self, path: str) -> str:
        inside = self._inside(path)
        if not inside or os.path.isdir(os.path.join(self.repository.tree.root, inside)):
            raise UsageError(f"{path or '(nothing)'} is a folder, and locks are on files", "name the files in it")
        return inside

    def _inside(self, path: str) -> str:
        root = self.repository.tree.root
        try:
            place = locate.place_of(path, root)
        except (OSError, ValueError) as error:
            raise UsageError(f"{path!r} is no path: {error}", "name a path inside the working tree") from None
        if place is None or place.tree.root != root:
            raise UsageError(f"{path} is not in {root}", "name a path inside the working tree")
        return place.inside
