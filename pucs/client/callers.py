"""Who calls from a shell: an agent's Bash tool (git hooks, `pucs` commands) or a person (DESIGN section 5)."""

from __future__ import annotations

from pucs import system
from pucs.agents import client_key
from pucs.client.opening import Repository, repository_of
from pucs.errors import Refusal, StoreError
from pucs.git import locate
from pucs.model import Agent
from pucs.state.processes import ancestors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from pucs.view import View

_SHELLS = ("Bash", "PowerShell")


def calling_agent(repository: Repository, environ: Mapping[str, str]) -> Agent | None:
    """The agent on whose behalf this process runs; None for a person.

    Known by a client process among the ancestors, else by PUCS_AGENT_ID, else by CLAUDE_CODE_SESSION_ID. Inside one
    host session the single open shell call tells main agent from subagent; where several are open it is the main one.
    A host session that no hook has spoken of is an agent nevertheless.
    """
    view = repository.store.read()
    main = _by_ancestors(view) or _by_environment(view, environ)
    if main is None:
        return None
    running = [one for one in _family(main, view) if any(call.tool in _SHELLS for call in one.calls.values())]
    return running[0] if len(running) == 1 else main


def refuse_agents(folder: str, environ: Mapping[str, str], what: str) -> None:
    """Raises Refusal where an agent, not a person, asks for `what` in that working tree."""
    tree = locate.tree_at(folder)
    try:
        repository = repository_of(tree) if tree is not None else None
        agent = calling_agent(repository, environ) if repository is not None else None
    except StoreError:
        return  # a state that cannot be read must not keep a person from taking it out, or from mending it
    if agent is not None:
        raise Refusal(f"`pucs {what}` is for people, and {agent.id} is an agent", "Ask the person you work for.")


def _by_ancestors(view: View) -> Agent | None:
    for process in ancestors(system.getpid()):
        name = view.name(client_key(process))
        if name is not None:
            return view.agent(name.value)
    return None


def _by_environment(view: View, environ: Mapping[str, str]) -> Agent | None:
    given = environ.get("PUCS_AGENT_ID")
    if given:
        return view.agent(given) or Agent(given)
    session = environ.get("CLAUDE_CODE_SESSION_ID")
    if not session:
        return None
    name = view.name("session/" + session)
    known = view.agent(name.value) if name is not None else None
    return known or Agent(f"session-{session[:8]}", session=session)


def _family(main: Agent, view: View) -> list[Agent]:
    children = (view.agent(f"{main.id}/{number}") for number in range(1, main.children + 1))
    return [main, *(child for child in children if child is not None and not child.ended)]
