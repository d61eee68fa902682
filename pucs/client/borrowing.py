"""Resources by the library: what `pucs resources`, `pucs run` and `pucs env` do, as a part of `PUCSClient`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

    from pucs.agents import Identity
    from pucs.client.lending import Use
    from pucs.client.opening import Repository
    from pucs.model import Agent

_TIMEOUT = 100.0


class Held:
    """Slots of resources that a process holds until `give_back`, the end of a `with` block, or its own end."""

    def __init__(self, repository: Repository, agent: Agent, call: str, names: tuple[str, ...]) -> None:
        self._repository = repository
        self._agent = agent
        self._call = call
        self.names = names

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.give_back()

    def give_back(self) -> None:
        """Frees them; whoever is next in line is told. A second time it does nothing."""
        from pucs.client.resourcing import release  # noqa: PLC0415 - as below

        call, self._call = self._call, ""
        if call:
            release(self._repository, self._agent, (call,), all_of=True)


class Borrowing:
    """Resources, for one agent. See `PUCSClient`."""

    repository: Repository
    agent_id: str

    def _identity(self, task: str) -> Identity:
        raise NotImplementedError

    def resources(self) -> tuple[Use, ...]:
        """Every resource of the configuration: its `.rule`, `.slots` in use, `.turns` in line, `.used` and `.given`."""
        from pucs.client import lending  # noqa: PLC0415 - locks need none of it

        return lending.uses(self.repository)

    def hold_resources(self, names: Iterable[str] | str, what: str = "", timeout: float = _TIMEOUT) -> Held:
        """Takes a slot of each of these resources, all or none, and stands in line for them until `timeout` seconds.

        `with agent.hold_resources("db"):` gives them back at its end. Every call takes slots of its own, those in one
        process, too. Raises UsageError for a resource that is not configured, Refusal when the time is over: the place
        in line is kept for two minutes.
        """
        from pucs.client import lending  # noqa: PLC0415 - as above

        wanted = (names,) if isinstance(names, str) else tuple(names)
        rules = lending.rules_named(self.repository, wanted)
        agent = self._borrower()
        call = lending.taken(self.repository, rules, agent, what or "PUCSClient", (timeout, lambda _: None))
        return Held(self.repository, agent, call, tuple(rule.name for rule in rules))

    def resource_values(self) -> dict[str, str]:
        """The variables with the values that this working tree has of resources."""
        from pucs.client.resourcing import environment  # noqa: PLC0415 - as above

        return environment(self.repository)

    def _borrower(self) -> Agent:
        """The agent, on record: one that ended holds nothing."""
        from pucs.client.performing import perform  # noqa: PLC0415 - as above
        from pucs.view import Change  # noqa: PLC0415 - as above

        agent: Agent = perform(self.repository, self._identity(""), lambda agent, _: Change(agent))
        return agent
