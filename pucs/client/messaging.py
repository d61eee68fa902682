"""Messages between agents and people, and notices read by hand: `pucs message`, `pucs notices`, the library."""

from __future__ import annotations

from pucs import notices
from pucs.client import delivering, offers
from pucs.client.opening import Repository
from pucs.client.surveying import at_work
from pucs.errors import Refusal, UsageError
from pucs.model import Agent, Event, Notice
from pucs.notice_wording import LONGEST_MESSAGE, said
from pucs.record import Record
from pucs.texts import neutral
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from pucs.model import Process
    from pucs.view import View

SEVERITIES = ("info", "medium", "high")

_MOST = 1000
"""So many unread notices an agent may have; who would send it one more is told so, and nothing is lost."""


class Sent(Record):
    """A message that lies in an agent's inbox, where it stays until it was read."""

    agent: str
    id: str


class Unread(Record):
    """A notice that its agent is not proven to have read: from PUCS, where `sender` is "". `said` is how it is told."""

    agent: str
    id: str
    sender: str
    severity: str
    text: str
    said: str
    at: float
    told: bool = False


class Letter(Record):
    """What somebody sends: newer text about the same matter of the same sender replaces older text not read yet."""

    sender: str
    text: str
    severity: str = "info"
    about: str = ""


def send(repository: Repository, letter: Letter, agent: str = "", stream: str = "") -> tuple[Sent, ...]:
    """Puts the message into the inbox of one agent, of all at work in a stream, or (neither named) of everybody.

    It is there when this returns. Raises UsageError for an unknown agent or a text that is empty or too long, Refusal
    where nobody could read it.
    """
    letter = letter._replace(text=_fitting(letter.text))
    if letter.severity not in SEVERITIES:
        raise UsageError(f"{letter.severity!r} is no severity", f"write {', '.join(SEVERITIES)}")
    everybody = tuple(at_work(repository.store.read())) if not agent else ()

    def rule(view: View) -> Change:
        readers = [_reader(agent, view)] if agent else [one for one in everybody if stream in ("", one.stream)]
        others = [one.id for one in readers if one.id != letter.sender]
        if not others:
            where = f" in stream {stream}" if stream else ""
            raise Refusal(f"there is no other agent at work{where}", "pucs agents shows who there is")
        writes: dict[str, Any] = {}
        for name in others:
            _put(name, letter, view, writes)
        details = {"to": others, "text": letter.text, "severity": letter.severity}
        numbers = tuple(Sent(name, f"n{writes['inbox/' + name].numbered}") for name in others)
        return Change(numbers, writes, (Event(letter.sender, None, "messaged", details),))

    sent: tuple[Sent, ...] = repository.store.transact(rule)
    return sent


def unread(repository: Repository, agent: str = "") -> tuple[Unread, ...]:
    """The notices of one agent, or of all, that are not proven to be read. Changes nothing."""
    view = repository.store.read()
    names = [agent] if agent else sorted(view.names("inbox"))
    found: list[Unread] = []
    for name in names:
        inbox = notices.inbox_of(name, view)
        told = {number for answer in inbox.handed if answer.printed for number in answer.numbers}
        found += (_unread(name, one)._replace(told=one.number in told) for one in notices.ranked(inbox.notices))
    return tuple(found)


class Messaging:
    """Messages and notices, for one agent. See `PUCSClient`."""

    repository: Repository
    agent_id: str
    _process: Process | None
    _reads = False

    def send_message(
        self, to: str, text: str, *, stream: str = "", severity: str = "info", about: str = ""
    ) -> tuple[Sent, ...]:
        """Tells the agent `to` something at its next tool call; with `to=""` all agents of the stream, or everybody.

        It is marked as from this agent. Raises UsageError where there is no such agent, or the text is too long.
        """
        return send(self.repository, Letter(self.agent_id, text, severity, about), to, stream)

    def notices(self, *, peek: bool = False) -> tuple[Unread, ...]:
        """What this agent was not told yet, the severest first.

        The next call, or the end of the `with` block, says that these were read; where this process dies before that,
        they come again. With `peek` nothing is noted: an agent whose client runs hooks hears of them there.
        """
        if peek:
            return unread(self.repository, self.agent_id)
        self._reads = True
        return taken(self.repository, self.agent_id, delivering.this_process(), _MOST)

    def _have_read(self) -> None:
        """Notes that what `notices()` gave was read."""
        if self._reads:
            taken(self.repository, self.agent_id, delivering.this_process(), most=0)


def taken(repository: Repository, agent: str, client: Process | None, most: int) -> tuple[Unread, ...]:
    """Gives the agent's notices as told to this client; its next event, or the next call here, says they were read."""
    offers.bring(repository, agent)
    reader = notices.Reader(delivering.this_process(), client, (), delivering.now())
    given = delivering.hand(repository, agent, reader, most)
    if client == reader.hook:  # whoever called has them now; a command prints them first
        delivering.printed()
    return tuple(_unread(agent, one)._replace(told=True) for one in given)


def _put(name: str, letter: Letter, view: View, writes: dict[str, Any]) -> None:
    if len(notices.inbox_of(name, view).notices) >= _MOST:
        raise Refusal(f"{name} has {_MOST} notices that it has not read", "send it again when it is back at work")
    about = f"message:{letter.sender}:{letter.about}" if letter.about else ""
    notices.tell(name, Notice(letter.text, view.now, about, letter.severity, letter.sender), view, writes)


def _reader(name: str, view: View) -> Agent:
    """The agent that reads what is sent to that name: of a subagent that has ended, its parent."""
    agent = view.agent(name)
    while agent is not None and agent.ended and agent.parent is not None:
        agent = view.agent(agent.parent)
    if agent is None:
        raise UsageError(f"there is no agent {name}", "pucs agents shows who there is")
    if agent.ended:
        raise Refusal(f"{agent.id} has ended, and reads no more", "pucs agents shows who is at work")
    return agent


def _fitting(text: str) -> str:
    """The text as it is stored, on one line. Raises UsageError for one that says nothing or too much."""
    words = neutral(text, len(text) + 1)
    if not words:
        raise UsageError("the message says nothing", 'pucs message AGENT "what it should know"')
    if len(words) > LONGEST_MESSAGE:
        raise UsageError(
            f"the message has {len(words)} characters, and at most {LONGEST_MESSAGE} reach an agent",
            "write it into a file, and name that",
        )
    return words


def _unread(agent: str, notice: Notice) -> Unread:
    number = f"n{notice.number}"
    return Unread(agent, number, notice.sender, notice.severity, notice.text, said(notice), notice.at)


def names_of(sent: Iterable[Sent]) -> str:
    """Who got it, under which numbers: `agent-1 (n4), agent-2 (n1)`."""
    return ", ".join(f"{one.agent} ({one.id})" for one in sent)
