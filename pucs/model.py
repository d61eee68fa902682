"""The nouns: plain immutable values that rules take and give. See docs/glossary.md for the words.

Times are seconds since the epoch (UTC), durations are seconds. Content is named by its fingerprint: the git blob id
(SHA-1, hex) of the bytes on disk, ABSENT where there is no file, UNKNOWN where nobody knows.
"""

from __future__ import annotations

from pucs.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pucs.clashes import Clash
    from pucs.symbols import Symbol

    Part = tuple[str, str, int, int]

ABSENT, UNKNOWN, ALIVE, DEAD, SILENT, GRANT, DENY = "-", "?", "alive", "dead", "silent", "grant", "deny"

PERSON = "person"
"""What the ids of people begin with, who may hold explicit locks but are no agents."""


class Process(Record):
    """One process, recognisable after its pid was used again."""

    host: str
    boot: str
    namespace: str
    pid: int
    started: str


class Lock(Record):
    """An agent's claim on one path in one tree; binds others only while there is something to protect.

    `revision` is the state's when its agent last acted here: it orders what clocks, which may jump, cannot. An explicit
    one with `parts` (see pucs.parts) binds only there, one with `waited` for so many seconds or until its agent writes.
    """

    agent: str
    stream: str | None
    task: str
    acquired: float
    seconds: float
    longest: float
    token: int
    base: str
    last: float = 0.0
    wrote: str | None = None
    head: str = ""
    calls: tuple[str, ...] = ()
    explicit: bool = False
    process: Process | None = None
    revision: int = 0
    parts: tuple[Part, ...] = ()
    waited: float = 0.0
    extra: dict[str, Any] = {}

    def expires(self, seen: float = 0.0) -> float:
        """When it lapses if the agent, last seen at `seen`, does nothing more."""
        if self.waited:
            return self.acquired + self.waited
        return min(max(self.last, seen) + self.seconds, self.acquired + self.longest)


class Writer(Record):
    """Who wrote a path last, under which revision of the state, what it was before and what it became."""

    agent: str
    revision: int
    at: float
    before: str
    content: str


class Waiter(Record):
    """An agent denied (`denials` times) because of `holder`, that wants to hear of its end; `place` is its wait's."""

    agent: str
    ticket: str
    since: float
    denials: int = 1
    holder: str = ""
    place: int = 0


class Weave(Record):
    """Whose each line of `content` is, measured by `base`: the runs of `pucs.weave`, without their text."""

    base: str
    content: str
    runs: tuple[tuple[str, int, str], ...] = ()


class Tree(Record):
    """One path in one working tree; a weave while several agents have locks on it, and a `pucs.clashes.Release`."""

    locks: tuple[Lock, ...] = ()
    writer: Writer | None = None
    waiters: tuple[Waiter, ...] = ()
    offers: dict[str, str] = {}
    seen: dict[str, int] = {}
    told: tuple[str, ...] = ()
    weave: Weave | None = None
    release: tuple[Any, ...] = ()
    extra: dict[str, Any] = {}


class PathRecord(Record):
    """Everything about one path of the repository, in all its working trees; `intents` are marks of `pucs.intents`."""

    path: str
    token: int = 0
    trees: dict[str, Tree] = {}
    intents: tuple[tuple[str, str, float], ...] = ()
    extra: dict[str, Any] = {}

    def tree(self, name: str) -> Tree:
        """What is known in that tree; an empty one where nothing is."""
        return self.trees.get(name) or Tree()

    def with_tree(self, name: str, tree: Tree) -> PathRecord:
        """The same record with that tree replaced."""
        return self._replace(trees={**self.trees, name: tree})


class Call(Record):
    """A tool call that passed the edit gate and is not closed yet: `paths` as `tree`/`path` pairs."""

    tool: str
    since: float
    what: str = ""
    paths: tuple[tuple[str, str], ...] = ()


class Agent(Record):
    """One worker since revision `first`; `paths` of its locks, `stated` its task as said last, `claim` its stream."""

    id: str
    stream: str | None = None
    task: str = ""
    parent: str | None = None
    session: str = ""
    process: Process | None = None
    since: float = 0.0
    first: int = 0
    seen: float = 0.0
    ended: float = 0.0
    paths: tuple[tuple[str, str], ...] = ()
    calls: dict[str, Call] = {}
    children: int = 0
    waits: tuple[int, ...] = ()
    stated: str = ""
    claim: str = ""
    orders: tuple[tuple[Any, ...], ...] = ()
    extra: dict[str, Any] = {}


class Notice(Record):
    """One short thing an agent must be told: by PUCS, or by the agent or person named as its `sender`."""

    text: str
    at: float
    about: str = ""
    severity: str = "info"
    sender: str = ""
    number: int = 0


class Name(Record):
    """A small fact under a name: which agent a host session is, which path a ticket stands for, the next number."""

    value: str
    number: int = 0
    at: float = 0.0
    extra: dict[str, Any] = {}


class Target(Record):
    """One path a tool call wants to write.

    `path` is the key its lock is kept under, `name` the path that patterns are asked about (another one only for hard
    links, which share `inode`, and where the file system folds case); `content` is what it holds, read when the state
    was at `revision`; `elsewhere` what other trees hold ("": gone), `abroad` what is in the way in those told by lines;
    `protected` says why no agent may write it. Where several want it, `texts` are contents by fingerprint, `proposed`
    is what the call would make of it, `symbols` are of both. `parts` are all that is wanted of it.
    """

    path: str
    tree: str
    content: str
    name: str
    revision: int
    elsewhere: dict[str, str] = {}
    abroad: dict[str, tuple[Clash, ...]] = {}
    whole: bool = False
    protected: str = ""
    inode: str = ""
    texts: dict[str, bytes] = {}
    proposed: bytes | None = None
    symbols: tuple[tuple[Symbol, ...], tuple[Symbol, ...]] = ((), ())
    parts: tuple[Part, ...] = ()


class EditRequest(Record):
    """A tool call as the edit gate sees it, or somebody's wish for a lock (`explicit`, for `seconds` if not 0).

    A `patient` one is asked again in a moment where an open call or another's turn is in its way. `place` is a wait's.
    """

    agent: Agent
    call: str
    tool: str
    targets: tuple[Target, ...]
    stream: str | None = None
    head: str = ""
    explicit: bool = False
    seconds: float = 0.0
    patient: bool = False
    place: int = 0


class Finding(Record):
    """One broken rule: which, where, who holds what, and the ticket to wait with.

    `others` are contents without a hunk of the holder's, one for each that is meant; without any, all is meant.
    """

    rule: str
    path: str
    lock: Lock | None = None
    owners: tuple[str, ...] = ()
    ticket: str = ""
    denials: int = 1
    note: str = ""
    tree: str = "."
    others: tuple[bytes, ...] = ()


class Verdict(Record):
    """A gate's answer: SILENT (not our business), GRANT or DENY, what was found and whom it was taken over from."""

    decision: str
    findings: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()
    adopted: tuple[Lock, ...] = ()


class Event(Record):
    """One line of the activity log."""

    agent: str
    stream: str | None
    action: str
    details: dict[str, Any] = {}


class Snapshot(Record):
    """One line of the journal of contents: what a path held before and after, and who did it ("": nobody is known).

    `reason` is one of the words below; `before` and `after` are fingerprints of contents, kept as far as their size
    allows. `group` is the same for all paths that one tool call, command or undo concerned.
    """

    reason: str
    agent: str
    tree: str
    path: str
    before: str
    after: str = UNKNOWN
    at: float = 0.0
    group: str = ""
    what: str = ""


LOCKED = "locked"
"""A lock was granted; `before` is what it starts from."""
WROTE = "wrote"
"""An edit tool of the agent wrote the path."""
RAN = "ran"
"""A command or another tool of the agent changed the path; `what` is the command."""
RISKED = "risked"
"""A command is about to run that may destroy it."""
ADOPTED = "adopted"
"""The agent took over parked bytes."""
FOREIGN = "foreign"
"""The agent changed what another one holds: a recorded conflict."""
UNATTRIBUTED = "unattributed"
"""Changed by nobody who can be named."""
UNDONE = "undone"
"""`pucs undo` put `after` back."""
RESTORED = "restored"
"""PUCS put `after` back, which the hooks of a commit had taken off the disk; `what` is the commit."""
