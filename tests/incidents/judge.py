"""The judge of an incident: what is gone, what stands under a wrong name, what nobody is said to have done."""

from __future__ import annotations

import json
import re
import time
from typing import NamedTuple

from pucs.model import FOREIGN, RAN, UNATTRIBUTED, WROTE
from pucs.state import journal
from tests.incidents.scene import Scene
from tests.incidents.truth import Left, blob, blobs, picture

PATIENCE = 30.0
"""Seconds in which a background mover has come to its end."""

_AGENT = re.compile(r"\bagent-\d+(?:/\d+)?")


class Tally(NamedTuple):
    """What an incident came to: all but the last two counts must be zero.

    `amiss` is what else the report complains of, `denied` counts calls, `brought_back` contents.
    """

    lost: int = 0
    bundled: int = 0
    wrong: int = 0
    ambiguous: int = 0
    amiss: int = 0
    denied: int = 0
    brought_back: int = 0
    why: tuple[str, ...] = ()

    @property
    def harm(self) -> int:
        """Everything that must not be."""
        return self.lost + self.bundled + self.wrong + self.ambiguous + self.amiss

    @property
    def text(self) -> str:
        """The counts in words."""
        return ", ".join(
            f"{name.replace('_', ' ')} {count}" for name, count in zip(self._fields[:-1], self, strict=False)
        )


def judge(scene: Scene) -> Tally:
    """Looks at the end of the scene, brings back what is not where it was left, and counts."""
    bundled = _bundled(scene)
    wrong, ambiguous = (_wrong(scene), _ambiguous(scene)) if scene.guarded else ([], [])
    missing = _missing(scene)
    gone = [left for left in missing if not (scene.guarded and _brought_back(scene, left))]
    lost = [f"lost: {left.path} of {left.party} ({left.data[:40]!r})" for left in gone]
    _bring_back_branches(scene)
    amiss = _commits_taken(scene)
    return Tally(
        len(lost),
        len(bundled),
        len(wrong),
        len(ambiguous),
        len(amiss),
        len(scene.truth.denials),
        len(missing) - len(gone),
        (*lost, *bundled, *wrong, *ambiguous, *amiss),
    )


def _missing(scene: Scene) -> list[Left]:
    """Bytes that are neither in their file nor in git: the first of equal ones."""
    files = picture(scene.repos, scene.roots).files
    kept = {party: blobs(scene.repos, party) for party in {left.party for left in scene.truth.left}}
    found: dict[tuple[str, str, bytes], Left] = {}
    for left in scene.truth.wanted():
        if files.get((left.tree, left.path)) != left.data and blob(left.data) not in kept[left.party]:
            found.setdefault((left.tree, left.path, left.data), left)
    return list(found.values())


def _brought_back(scene: Scene, left: Left) -> bool:
    """Whether one of the documented ways leads back to these bytes."""
    at = next((tree for tree in scene.trees if str(tree.root) == left.tree), scene.repo).root
    full = at / left.path if at.exists() else None

    def is_back() -> bool:
        return full is not None and full.is_file() and full.read_bytes() == left.data

    if full is not None and at.exists():
        for words in ((left.path,), ("--since", "1h"), (left.path,), ()):
            if is_back():
                return True
            scene.pucs("undo", *words, "--yes", at=at)
        if is_back():
            return True
    return _is_in_git(scene, left)


def _is_in_git(scene: Scene, left: Left) -> bool:
    """Whether plain git finds them as docs/undo.md says, after `pucs snapshots` named them."""
    listed = json.loads(scene.pucs("snapshots", "--json"))
    name = blob(left.data)
    if not any(name in (entry["before"], entry["after"]) for entry in listed):
        return False
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        scene.move()  # does nothing while the mover that the listing started is at work
        refs = scene.repo.git("for-each-ref", "--format=%(refname)", "refs/pucs/snapshots").split()
        if any(scene.shows(f"{ref}:{name}") == left.data for ref in refs):
            return True
        time.sleep(0.05)
    return False


def _bring_back_branches(scene: Scene) -> None:
    """Makes the branches that PUCS kept again, as docs/undo.md says, under names that are free."""
    for ref in scene.repo.git("for-each-ref", "--format=%(refname)", "refs/pucs/refs").split():
        scene.repo.git("branch", ref.removeprefix("refs/pucs/refs/").replace("/", "-"), ref)


def _commits_taken(scene: Scene) -> list[str]:
    """Commits that somebody else took away, and whose lines no commit of their author has any more."""
    now, files = picture(scene.repos, scene.roots).commits, picture(scene.repos, scene.roots).files
    on_disk = {line for data in files.values() for line in data.decode("utf-8", "replace").splitlines()}
    found = []
    for name, by in scene.truth.taken.items():
        commit = scene.truth.commits[name]
        same = [one.added for other, one in scene.truth.commits.items() if other in now and one.author == commit.author]
        kept = on_disk.union(*same)
        if not commit.added <= kept:
            found.append(f"amiss: commit {name[:8]} of {commit.author}, taken by {by}")
    return found


def _bundled(scene: Scene) -> list[str]:
    """Commits of agents with lines that another agent had written and not committed."""
    agents = {agent.name for agent in scene.agents}
    commits = scene.truth.commits.items() - scene.truth.stashed.items()
    owns = {(one.author, line) for _, one in commits for line in one.added}
    found = []
    for name, one in sorted(commits):
        for line in sorted(one.added) if one.author in agents else ():
            owner = scene.truth.lines.get(line, "")
            if owner in agents and owner != one.author and (owner, line) not in owns:
                found.append(f"bundled: {one.author}'s {name[:8]} has {owner}'s {line!r}")
                break
    return found


def _wrong(scene: Scene) -> list[str]:
    """What PUCS recorded or said under a name that is not the maker's."""
    truth, names = scene.truth, scene.names()
    found = []
    for entry in journal.entries(str(scene.repo.state), 0):
        makers = truth.made.get((entry.path, entry.after))
        if entry.path not in truth.paths:
            found.append(f"wrong: journal has {entry.path!r}, where no file ever was")
        if entry.reason in (WROTE, RAN, FOREIGN) and makers and names.get(entry.agent) not in makers:
            found.append(f"wrong: journal has {entry.agent} for {entry.reason} {entry.path}, it was {makers}")
    view = scene.repo.store.read()
    for identifier in view.names("conflict"):
        conflict = view.conflict(identifier)
        assert conflict is not None
        changed, holds = (names.get(agent) for agent in conflict.parties)
        makers = truth.made.get((conflict.path, conflict.after))
        if (makers and changed not in makers) or holds not in truth.makers(conflict.path):
            found.append(f"wrong: conflict has {conflict.parties} in {conflict.path}, it was {makers}")
    paths = {path for path, _ in truth.made}
    for hearer, line in truth.said:
        about = [path for path in paths if re.search(rf"(?<![\w/]){re.escape(path)}(?![\w/])", line)]
        named = {names.get(agent, "?") for agent in _AGENT.findall(line)} - {hearer}
        # Whoever commits is named for what the hooks of that commit did, too.
        meant = truth.committers if "of a commit by" in line else truth.makers(about[0]) if about else set()
        if len(about) == 1 and named - meant:
            found.append(f"wrong: {hearer} was told {line!r}, it was {truth.makers(about[0])}")
    return found


def _ambiguous(scene: Scene) -> list[str]:
    """Changes that nobody is said to have made, although one agent alone was at work."""
    if not scene.alone:
        return []
    agents = {agent.name for agent in scene.agents}
    found = []
    for entry in journal.entries(str(scene.repo.state), 0):
        makers = scene.truth.made.get((entry.path, entry.after), set())
        if entry.reason == UNATTRIBUTED and makers and makers <= agents:
            found.append(f"ambiguous: {entry.path}, it was {makers}")
    return found
