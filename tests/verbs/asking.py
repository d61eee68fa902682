"""Asking the gate about a command, through the real hook."""

from tests.support import Client


def ask(agent: Client, command: str) -> str:
    """Why the gate denies the command; "" where it does not. Nothing is run, and the call is over at once."""
    reply = agent.pre("Bash", command=command)
    assert reply.status == 0, reply
    if not reply.denied:
        assert reply.silent, reply
        agent.batch("Claude requested permission to run this")
    else:
        agent._open.pop()
    return reply.reason
