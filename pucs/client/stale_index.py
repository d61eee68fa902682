"""Commits from an index older than HEAD: what another agent committed meanwhile looks as if it were taken back."""

from __future__ import annotations

from pucs import commit_gate
from pucs.git import commits
from pucs.model import Finding
from pucs.state import contents

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from pucs.client.commits import Commit
    from pucs.commit_gate import CommitRequest
    from pucs.view import View


def stale(commit: Commit, request: CommitRequest, names: Mapping[str, str], view: View) -> tuple[Finding, ...]:
    """A finding for each path of which an old content is staged, over what another agent made of it.

    Who means to go back has the old content in the file, too, or wrote the path since: that passes. Git is asked only
    about what is left.
    """
    tree = commit.repository.tree
    by = {staged.path: agent for staged, agent in commit_gate.last_of_another(request, view)}
    pairs = zip(request.paths, names, strict=True)
    suspects = {name: by[staged.path] for staged, name in pairs if staged.path in by}
    suspects = {
        name: agent for name, agent in suspects.items() if contents.look(f"{tree.root}/{name}")[0] != names[name]
    }
    if not suspects:
        return ()
    before = commits.earlier(tree, suspects)
    old = [name for name in suspects if names[name] in before.get(name, ())]
    unlike = commits.unlike_index(tree, old) if old else ()
    return tuple(Finding("stale", name, owners=(suspects[name],)) for name in old if name in unlike)
