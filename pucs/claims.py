"""How long a lock lasts: the claim that a request makes on a target under a policy."""

from __future__ import annotations

from pucs import locks
from pucs.model import EditRequest, Target
from pucs.policy import Policy, critical

_WAITED_S = 300.0
"""So long the lock binds that a wait took, while its agent writes nothing."""


def claim_for(request: EditRequest, target: Target, policy: Policy) -> locks.Claim:
    """The claim of the request's agent. A critical file has its own durations, a wish is cut to what is allowed."""
    rule = critical(policy, target.name) or critical(policy, target.path)
    seconds, longest = policy.locks.default_s, policy.locks.max_s
    if rule is not None:
        seconds, longest = min(seconds, rule.max_lock_s), rule.max_lock_s
    if request.seconds:
        seconds, longest = min(request.seconds, longest), min(request.seconds, longest)
    agent = request.agent
    return locks.Claim(
        agent.id,
        request.stream,
        agent.task,
        seconds,
        longest,
        target.content,
        agent.process,
        request.head,
        request.call,
        request.explicit,
        target.parts if request.explicit else (),
        min(_WAITED_S, longest) if request.place else 0.0,
    )
