"""A plugin for CI (`-p tests.no_client_skipped`): fails a run whose tests of the real client did not run though they could."""

import os
import shutil

import pytest

_skipped: list[str] = []
_ran: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if "client" not in report.keywords:
        return
    if report.skipped:
        _skipped.append(f"{report.nodeid}: {report.longrepr[2] if isinstance(report.longrepr, tuple) else ''}")
    elif report.when == "call":
        _ran.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _is_worker(session.config) or not (shutil.which("node") and shutil.which("npm")):
        return
    if session.exitstatus == pytest.ExitCode.OK and (_skipped or not _ran):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _skipped or not _ran:
        terminalreporter.section("the real client was not tested")
        terminalreporter.write_line("\n".join(_skipped) or "no test marked `client` ran")


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput") or "PYTEST_XDIST_WORKER" in os.environ
