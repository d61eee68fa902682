"""The scripted model itself, asked without a client."""

import http.client
import json
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.model_server import ModelServer
from tests.e2e.script import Request, Turn, say, write

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def ask(model: ModelServer) -> Ask:
    """Sends one request with these messages, and returns the message that answers it."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    model.serve(listener)

    def send(*messages: tuple[str, str], tools: tuple[object, ...] = ({"name": "Write"},)) -> dict[str, Any]:
        body = {"model": "m", "tools": tools, "messages": [{"role": r, "content": c} for r, c in messages]}
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            connection.request("POST", "/v1/messages?beta=true", json.dumps(body))
            answer: dict[str, Any] = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        return answer

    return send


def text(answer: dict[str, Any]) -> str:
    return str(answer["content"][0]["text"])


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        pytest.param([("user", "MAIN-1 go")], "one-0", id="first-turn"),
        pytest.param([("user", "please do MAIN-1")], "one-0", id="anywhere-in-the-first-prompt"),
        pytest.param([("user", "MAIN-10 go")], "ten-0", id="longer-marker"),
        pytest.param([("user", "<system-reminder>MAIN-10</system-reminder> MAIN-1")], "one-0", id="reminder"),
        pytest.param([("user", "MAIN-1"), ("assistant", "."), ("user", "on")], "one-1", id="second-turn"),
        pytest.param([("user", "MAIN-1"), ("assistant", "."), ("user", "MAIN-1")], "one-1", id="same-again"),
        pytest.param([("user", "MAIN-1"), ("assistant", "."), ("user", "MAIN-10")], "ten-0", id="later-prompt"),
        pytest.param([("user", "MAIN-1"), ("assistant", "."), ("user", "of MAIN-10")], "one-1", id="mention"),
        pytest.param(
            [("user", "MAIN-1"), ("assistant", "."), ("assistant", "No response requested."), ("user", "on")],
            "one-1",
            id="filler-of-the-client",
        ),
    ],
)
def test_the_prompt_and_the_answers_since_choose_the_turn(
    model: ModelServer, ask: Ask, messages: list[tuple[str, str]], said: str
) -> None:
    model.script("MAIN-1", [say("one-0")], [say("one-1")])
    model.script("MAIN-10", [say("ten-0")])

    assert text(ask(*messages)) == said


def test_a_repeated_request_gets_the_same_answer(model: ModelServer, ask: Ask) -> None:
    asked: list[Request] = []

    def count(request: Request) -> list[Any]:
        asked.append(request)
        return [write("/x", str(len(asked)))]

    model.script("MAIN-1", count)

    first, again = ask(("user", "MAIN-1")), ask(("user", "MAIN-1"))

    assert first == again
    assert (first["content"][0]["id"], len(asked)) == ("toolu_MAIN-1_00_00", 1)
    assert len(model.requests("MAIN-1")) == 1


def test_a_script_that_ends_in_a_call_is_closed(model: ModelServer, ask: Ask) -> None:
    model.script("MAIN-1", [write("/x", "x")])

    assert ask(("user", "MAIN-1"))["stop_reason"] == "tool_use"
    assert text(ask(("user", "MAIN-1"), ("assistant", "."), ("user", "-"))) == "done"


def test_a_side_call_needs_no_script(ask: Ask) -> None:
    assert text(ask(("user", "a title?"), tools=())) == "ok"


@pytest.mark.parametrize(
    ("messages", "problem"),
    [
        ([("user", "nobody")], "no script for the session : its prompt names no marker"),
        ([("user", "MAIN-1"), ("assistant", "."), ("user", "-")], "the script of MAIN-1 has no turn 1"),
        ([("user", "MAIN-2")], "turn 0 of MAIN-2 waited in vain for 0.01 s"),
        ([("user", "MAIN-3")], "turn 0 of MAIN-3 waited in vain for 0.01 s"),
        ([("user", "MAIN-4")], "turn 0 of MAIN-4 raised KeyError('gone')"),
    ],
    ids=["no-marker", "script-too-short", "event-never-set", "barrier-never-met", "function-raised"],
)
def test_what_leaves_the_script_ends_the_session_and_is_noted(
    model: ModelServer, ask: Ask, messages: list[tuple[str, str]], problem: str
) -> None:
    model.script("MAIN-1", [say("only this")])
    model.script("MAIN-2", Turn([say("never")], after=threading.Event(), limit=0.01))
    model.script("MAIN-3", Turn([say("never")], after=threading.Barrier(2), limit=0.01))
    model.script("MAIN-4", lambda request: request.body["gone"])

    assert text(ask(*messages)) == f"scripted model: {problem}"

    assert model.problems == [problem]
    model.problems.clear()


def test_close_lets_a_waiting_turn_go(model: ModelServer, ask: Ask) -> None:
    model.script("MAIN-1", Turn([say("late")], after=threading.Event()))
    answers: list[dict[str, Any]] = []
    asking = threading.Thread(target=lambda: answers.append(ask(("user", "MAIN-1"))))
    asking.start()
    model.wait_for("MAIN-1", turn=0)

    model.close()
    asking.join(10)

    assert [text(answer) for answer in answers] == ["late"]
