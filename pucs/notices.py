"""The rule of notices: one inbox an agent, the same matter said once, the newest state of it."""

from __future__ import annotations

from pucs.model import Inbox, Notice

FREE = "free:"
"""What a notice is about that says: this path, which you were denied, is free."""

_LONGEST = 400
_KEPT = 20
_AT_ONCE = 3

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pucs.view import View


def put(inbox: Inbox, notice: Notice) -> Inbox:
    """The inbox with the notice last; an older one about the same matter is replaced, text is cut to 400 characters."""
    text = notice.text if len(notice.text) <= _LONGEST else notice.text[: _LONGEST - 1] + "…"
    rest = tuple(one for one in inbox.notices if not notice.about or one.about != notice.about)
    return inbox._replace(notices=(*rest, notice._replace(text=text))[-_KEPT:])


def taken(inbox: Inbox) -> tuple[tuple[Notice, ...], Inbox]:
    """At most three notices to tell now, oldest first, and the inbox without them."""
    return inbox.notices[:_AT_ONCE], inbox._replace(notices=inbox.notices[_AT_ONCE:])


def delivered(agent: str, writes: dict[str, Any], view: View, known: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The texts to tell the agent now; `writes` gets its inbox without them. What is about `known` is news no more."""
    key = "inbox/" + agent
    full = writes.get(key) or view.inbox(agent)
    news = tuple(notice for notice in full.notices if notice.about not in known)
    told, inbox = taken(full._replace(notices=news))
    if inbox != full:
        writes[key] = inbox if inbox.notices else None
    return tuple(notice.text for notice in told)


def tell(agent: str, notice: Notice, view: View, writes: dict[str, Any]) -> None:
    """Adds a notice for the agent to what is written."""
    key = "inbox/" + agent
    writes[key] = put(writes.get(key) or view.inbox(agent), notice)
