"""`ConflictResolver`: how two agents that want the same go on (the proposal's 4.2, as far as it needs no merge)."""

from __future__ import annotations

from pucs import announcements, conflicts
from pucs.client.library import PUCSClient
from pucs.conflicts import Conflict
from pucs.errors import UsageError
from pucs.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.announcements import Overlap
    from pucs.helping import Help
    from pucs.negotiation import PartitionResult

QUEUE, PARTITION, ARBITRATE = "QUEUE", "PARTITION", "ARBITRATE"


class Resolution(Record):
    """How a conflict is to go on: by which of the STRATEGIES, on which path, and why.

    `partition` says who has which part, or who stands in line for it (`ticket`, as `pucs wait` takes it). Of ARBITRATE
    `question` is what a person was asked: `pucs answer` decides it.
    """

    strategy: str
    path: str
    reason: str
    partition: PartitionResult | None = None
    ticket: str = ""
    question: Help | None = None


class ConflictResolver:
    """Resolves conflicts between agents of the repository at `path`, for `agent_id`: the one that is in somebody's way.

    Raises UsageError where PUCS does not guard `path`.
    """

    STRATEGIES = {
        QUEUE: "Second agent waits for first to complete",
        PARTITION: "Split work into non-overlapping scopes",
        ARBITRATE: "Coordinator decides which change wins",
    }

    def __init__(self, agent_id: str = "", path: str = ".") -> None:
        self._client = PUCSClient(agent_id or "nobody", None, path)
        self._agent = agent_id

    def resolve(self, conflict: Overlap | Conflict) -> Resolution:
        """What comes next for one of `signal_intent(...).conflicts`, or for a recorded conflict.

        Two agents that want one file get different parts of it where that is possible, else the second one has a place
        in line from then on. Who depends on what another changes comes after it. A reported clash is put to a person.

        Raises UsageError for agents that are not known, and where nobody says for whom it is to be resolved.
        """
        kind, path, (mine, theirs) = self._sides(conflict)
        if kind in (conflicts.FILE_LOCK, announcements.INTENT):
            found = self._client.negotiate_partition(mine, theirs, path)
            return Resolution(QUEUE if found.queued else PARTITION, path, found.reason, found, found.ticket)
        if kind == conflicts.RESOURCE:
            return Resolution(QUEUE, path, f"{mine} has its place in line: pucs resources shows it")
        if kind == conflicts.DEPENDENCY:
            return Resolution(QUEUE, path, f"who needs {path} goes on from what is committed there: {mine} or {theirs}")
        warning = conflict.note if isinstance(conflict, Conflict) else conflict.warning
        question = PUCSClient(mine, None, str(self._client.repository.tree.root)).request_help(
            f"{mine} and {theirs} are at odds over {path}: {warning}"
        )
        return Resolution(ARBITRATE, path, f"a person decides: pucs answer {question.id}", question=question)

    def _sides(self, conflict: Overlap | Conflict) -> tuple[str, str, tuple[str, str]]:
        """Its type and path, who is in the way or waits, and whose way that is."""
        if isinstance(conflict, Conflict):
            return conflict.type, conflict.path, (conflict.parties[0], conflict.parties[-1])
        if not self._agent:
            raise UsageError("it is not said who meets this conflict", "give the agent: ConflictResolver(agent_id)")
        return conflict.type, conflict.file, (self._agent, conflict.holder)
