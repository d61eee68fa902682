"""A guarded repository opened at a path: its tree, how it was installed, its policy, its store."""

from __future__ import annotations

from pucs import system
from pucs.git import locate
from pucs.installation import WINDOW, Installation
from pucs.policy import Policy, decode, stream_of_branch
from pucs.record import Record
from pucs.state import opening
from pucs.state.files import FileStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from pucs.client.calls import Answer
    from pucs.client.edits import Gate
    from pucs.view import View


class Repository(Record):
    """One working tree of a guarded repository."""

    tree: locate.Tree
    installation: Installation
    policy: Policy
    store: FileStore


class Spot(Record):
    """A path in a guarded repository: `inside` as spelt on disk, and the name the tool used."""

    repository: Repository
    inside: str
    name: str


def spot_of(path: str, cwd: str) -> Spot | None:
    """Where a path lies; None outside any guarded repository, and for what the file system cannot hold."""
    try:
        place = locate.place_of(path, cwd)
    except (OSError, ValueError):
        return None
    if place is None:
        return None
    repository = repository_of(place.tree)
    return None if repository is None else Spot(repository, place.inside, path)


def repository_of(tree: locate.Tree) -> Repository | None:
    """The guarded repository of a tree; None where PUCS is not installed. Raises StoreError."""
    installation = opening.installed(tree.common)
    if installation is None:
        return None
    try:
        policy = decode(installation.policy)
    except (TypeError, ValueError, AttributeError):
        # What was compiled is damaged: the locks hold all the same, and `pucs doctor` compiles it anew.
        policy = Policy()
    repository = Repository(tree, installation, policy, opening.open_store(tree.common))
    if is_committing(repository):
        from pucs.client.windows import open_in  # noqa: PLC0415 - hardly anybody comes while hooks of a commit run

        open_in(repository)
    return repository


def outside_windows(repository: Repository, gate: Gate) -> Answer:
    """What the gate says while no commit window is open in the tree: its agent waits for the end of one, if it may."""
    answer = None
    if not is_committing(repository):
        answer = gate.before()
        if not is_committing(repository):
            return answer
    from pucs.client.windows import outside  # noqa: PLC0415 - as above

    return outside(gate, answer)


def is_committing(repository: Repository) -> bool:
    """Whether a commit window is open in the tree, or was and is not put right yet."""
    return system.lexists(f"{repository.tree.gitdir}/{WINDOW}")


def repository_at(folder: str) -> Repository | None:
    """The guarded repository that contains a folder."""
    spot = spot_of(folder, "/")
    return spot.repository if spot is not None else None


def stream_in(repository: Repository, environ: Mapping[str, str]) -> str | None:
    """The stream that applies to work in this tree: PUCS_STREAM, else the branch's (DESIGN section 5)."""
    chosen = environ.get("PUCS_STREAM")
    return chosen or stream_of_branch(repository.policy, locate.branch_of(repository.tree))


def task_of_branch(repository: Repository) -> str:
    """What is being worked on, as far as the branch says: one that is more than a trunk's name."""
    branch = locate.branch_of(repository.tree)
    return "" if branch in ("", "main", "master", "develop", "trunk") else f"branch {branch}"[:120]


def is_off(view: View) -> bool:
    """Whether a person switched the guard off (`pucs off`), and the time they gave is not over."""
    switch = view.name("switch/off")
    return switch is not None and (switch.number == 0 or view.now < switch.number)
