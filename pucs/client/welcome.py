"""What an agent that begins must know before it changes anything: an order that binds it, a stream that is full."""

from __future__ import annotations

from pucs import orders, pauses
from pucs.client.joining import crowd
from pucs.client.opening import Repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.view import View
    from pucs.wording import Company


def obstacles(repository: Repository, company: Company, view: View) -> tuple[str, ...]:
    """In sentences. Who was started for a full stream, or works on its branch, is told so and not turned away."""
    order = orders.binding(company.agent, view.now) if company.agent.orders else None
    told = (pauses.words_of(order),) if order is not None else ()
    inside, most = crowd(repository, company.stream, view)
    if not most:
        return told
    said = f"{inside} agents are in stream {company.stream}, which is meant for {most}: keep to small, separate parts."
    return (*told, said)
