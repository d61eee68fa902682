"""What a git command takes from others who work in the repository, as far as its words tell (docs/commands-judged.md).

What git itself refuses to destroy (a merge over local changes, say) is not listed: it takes nothing. What needs a
repository to be told apart (is `x` a branch or a file?) is asked through `Facts`.
"""

from __future__ import annotations

from pucs import git_file_verbs, git_ref_verbs, git_step_verbs
from pucs.git_reach import HOOKS, Reach

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.commands import GitCall
    from pucs.git_reach import Facts

_VERBS = {**git_file_verbs.VERBS, **git_step_verbs.VERBS, **git_ref_verbs.VERBS}


def reaches(call: GitCall, facts: Facts) -> tuple[Reach, ...]:
    """What the command takes; nothing where it reads, adds, is refused by git, or nobody can tell."""
    verb = _VERBS.get(call.verb)
    if verb is None:
        return ()
    without = any(setting.casefold().startswith("core.hookspath") for setting in call.settings)
    hooks = (Reach(HOOKS, "git -c core.hooksPath", safe=f"git {call.verb}"),) if without else ()
    return (*hooks, *verb(call.arguments, facts))


def is_judged(verb: str) -> bool:
    """Whether this verb is one that may take something."""
    return verb in _VERBS
