"""Asking the gate about a command."""

import os

from pucs.client import commands
from pucs.client.edits import Caller, ToolCall
from pucs.commands import GitCall, Reading
from tests.support import Client
from tests.verbs.scene import words


def ask(agent: Client, command: str) -> str:
    """Why the gate denies the command; "" where it does not."""
    _, verb, *arguments = words(command)
    git = GitCall(verb, tuple(arguments), folder=str(agent.cwd))
    call = ToolCall(Caller(agent.session, pid=agent.process.pid, environ=dict(os.environ)), "Bash", "c", str(agent.cwd))
    return commands.before(call, command, Reading(git=(git,))).reason
