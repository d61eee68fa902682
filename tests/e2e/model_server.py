"""A scripted model behind the Messages API, served on any listening socket it is given."""

import contextlib
import http.server
import json
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

from tests.e2e.script import Answer, Block, Request, Text, Tool, ToolResult, Turn, place

Scripted = Turn | Answer | Callable[[Request], Answer]


class _Reply:
    """The answer to one turn, computed once however often the client asks."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.blocks: list[Block] | None = None


class ModelServer:
    """Answers every client of a test from scripts, and remembers what they asked.

    The stream is chosen by the marker in the prompt, the turn by the number of assistant messages since: a
    request that is repeated gets the same answer. What does not fit the scripts is answered with a text that
    ends the session, and noted in `problems`.
    """

    def __init__(self) -> None:
        self.problems: list[str] = []
        self._scripts: dict[str, list[Turn]] = {}
        self._replies: dict[tuple[str, int], _Reply] = {}
        self._requests: list[Request] = []
        self._changed = threading.Condition()
        self._waiting: list[Turn] = []
        self._closed = False
        self._servers: list[_Server] = []

    def script(self, marker: str, *turns: Scripted) -> None:
        """Sets what the stream of this marker says; after a last tool call it says "done".

        A turn is a Turn, a list of blocks, or a function of the request that returns blocks.
        """
        listed = [turn if isinstance(turn, Turn) else Turn(turn) for turn in turns]
        if listed and listed[-1].calls_tools():
            listed.append(Turn([Text("done")]))
        self._scripts[marker] = listed

    def serve(self, listener: socket.socket) -> None:
        """Answers on this listening socket, which is ours from now on."""
        server = _Server(listener, self)
        self._servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Lets every waiting turn go and stops listening."""
        with self._changed:
            self._closed = True
            waiting = list(self._waiting)
        for turn in waiting:
            turn.release()
        for server in self._servers:
            server.shutdown()
            server.server_close()
        self._servers.clear()

    def requests(self, marker: str) -> list[Request]:
        """The requests of a stream, one for each turn, in order."""
        with self._changed:
            latest = {request.turn: request for request in self._requests if request.marker == marker}
        return [latest[turn] for turn in sorted(latest)]

    def results(self, marker: str) -> list[ToolResult]:
        """Every tool result the model of this stream has read, in order."""
        return [result for request in self.requests(marker) for result in request.results]

    def tool_results(self, marker: str) -> list[str]:
        """The texts of every tool result the model of this stream has read, in order."""
        return [result.text for result in self.results(marker)]

    def reminders(self, marker: str) -> list[str]:
        """Every system reminder the model of this stream has read, without its tags, in order."""
        return [reminder for request in self.requests(marker) for reminder in request.reminders]

    def wait_for(self, marker: str, turn: int, limit: float = 60.0) -> Request:
        """The request for this turn, as soon as it has come; every earlier tool call is over by then."""

        def found() -> Request | None:
            asked = (r for r in self._requests if (r.marker, r.turn) == (marker, turn))
            return next(asked, None)

        with self._changed:
            request = self._changed.wait_for(found, limit)
        if request is None:
            raise AssertionError(f"no client asked for turn {turn} of {marker} within {limit} s; {self.problems}")
        return request

    def answer(self, body: dict[str, Any], session_id: str) -> tuple[str, list[Block]]:
        """A stem for the ids of one answer, and its blocks."""
        if not body.get("tools"):  # a side call of the client: a title, a summary
            return "side", [Text("ok")]
        request = Request(*place(body, self._scripts), session_id, body)
        with self._changed:
            self._requests.append(request)
            self._changed.notify_all()
            reply = self._replies.setdefault((request.marker, request.turn), _Reply())
        with reply.lock:
            if reply.blocks is None:
                reply.blocks = self._blocks(request)
        return f"{request.marker}_{request.turn:02}", reply.blocks

    def _blocks(self, request: Request) -> list[Block]:
        turns = self._scripts.get(request.marker)
        if turns is None:
            return self._problem(f"no script for the session {request.session_id}: its prompt names no marker")
        if request.turn >= len(turns):
            return self._problem(f"the script of {request.marker} has no turn {request.turn}")
        turn = turns[request.turn]
        with self._pending(turn):
            in_time = turn.await_others()
        if not in_time:
            return self._problem(f"turn {request.turn} of {request.marker} waited in vain for {turn.limit} s")
        try:
            return turn.answer(request)
        except Exception as error:
            return self._problem(f"turn {request.turn} of {request.marker} raised {error!r}")

    def _problem(self, text: str) -> list[Block]:
        if not self._closed:  # afterwards nobody is left to mind
            self.problems.append(text)
        return [Text(f"scripted model: {text}")]

    @contextlib.contextmanager
    def _pending(self, turn: Turn) -> Iterator[None]:
        with self._changed:
            self._waiting.append(turn)
            closed = self._closed
        if closed:
            turn.release()
        try:
            yield
        finally:
            with self._changed:
                self._waiting.remove(turn)


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, listener: socket.socket, model: ModelServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.server_name, self.server_port = listener.getsockname()
        self.model = model

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that is gone is part of the game; anything else is a problem of the test."""
        error = sys.exc_info()[1]
        if not isinstance(error, ConnectionError):
            self.model.problems.append(f"the scripted model failed: {error!r}")


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Says nothing: the requests are recorded."""

    def do_HEAD(self) -> None:
        self._send(HTTPStatus.OK, b"")

    def do_GET(self) -> None:
        self._send(HTTPStatus.NOT_FOUND, b"{}")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        path = self.path.partition("?")[0]
        if path.endswith("/count_tokens"):
            self._send(HTTPStatus.OK, b'{"input_tokens": 10}')
        elif path != "/v1/messages":
            self._send(HTTPStatus.NOT_FOUND, b"{}")
        else:
            session_id = self.headers.get("X-Claude-Code-Session-Id", "")
            message = _message(*self.server.model.answer(body, session_id), model=body["model"])
            if body.get("stream"):
                self._send(HTTPStatus.OK, b"".join(_stream(message)), "text/event-stream")
            else:
                self._send(HTTPStatus.OK, json.dumps(message).encode())

    def _send(self, status: HTTPStatus, payload: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)


def tool_use_id(marker: str, turn: int, place: int) -> str:
    """The id the server gives to the block at this place of a turn."""
    return f"toolu_{marker}_{turn:02}_{place:02}"


class _Event(NamedTuple):
    name: str
    fields: dict[str, Any]

    def encode(self) -> bytes:
        return f"event: {self.name}\ndata: {json.dumps({'type': self.name, **self.fields})}\n\n".encode()


def _message(stem: str, blocks: Sequence[Block], *, model: str) -> dict[str, Any]:
    content = [_content(block, f"toolu_{stem}_{place:02}") for place, block in enumerate(blocks)]
    calls = any(isinstance(block, Tool) for block in blocks)
    return {
        "id": f"msg_{stem}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": content,
        "stop_reason": "tool_use" if calls else "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 10, "output_tokens": 5},
    }


def _content(block: Block, block_id: str) -> dict[str, Any]:
    if isinstance(block, Text):
        return {"type": "text", "text": block.text}
    return {"type": "tool_use", "id": block_id, "name": block.name, "input": block.input}


def _stream(message: dict[str, Any]) -> Iterator[bytes]:
    start = {**message, "content": [], "stop_reason": None}
    yield _Event("message_start", {"message": start}).encode()
    for index, block in enumerate(message["content"]):
        if block["type"] == "text":
            empty, delta = {**block, "text": ""}, {"type": "text_delta", "text": block["text"]}
        else:
            empty = {**block, "input": {}}
            delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
        yield _Event("content_block_start", {"index": index, "content_block": empty}).encode()
        yield _Event("content_block_delta", {"index": index, "delta": delta}).encode()
        yield _Event("content_block_stop", {"index": index}).encode()
    end = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    yield _Event("message_delta", {"delta": end, "usage": {"output_tokens": 5}}).encode()
    yield _Event("message_stop", {}).encode()
