"""The renderer's child process and its keeper."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from asiaradar_bot.adapters.renderer import SandboxedRenderer
from asiaradar_bot.adapters.renderer import worker as worker_module
from asiaradar_bot.adapters.renderer.worker import Worker
from asiaradar_bot.model.errors import TemplateError

QUESTION = json.dumps({"source": "{{ title }}", "variables": {"title": "Rain"}, "nonce": "n"}).encode()


@pytest.fixture
def worker() -> Iterator[Worker]:
    """A worker with a short deadline, and patience with a child that gets no processor."""
    made = Worker(deadline_seconds=0.2, starved_seconds=20)
    yield made
    made.stop()


def pid_of(worker: Worker) -> int:
    """The process id of the child, which has to be there."""
    assert worker.pid is not None
    return worker.pid


def test_there_is_no_child_before_the_first_question(worker: Worker) -> None:
    """Commands that render nothing start nothing."""
    assert worker.pid is None
    assert worker.ask(QUESTION) == {"text": "Rain"}
    assert worker.pid is not None


def test_the_child_is_kept_between_questions(worker: Worker) -> None:
    """One process answers all."""
    worker.start()
    first = pid_of(worker)
    assert [worker.ask(QUESTION), worker.ask(QUESTION)] == [{"text": "Rain"}] * 2
    assert pid_of(worker) == first


def test_a_child_that_was_killed_while_idle_is_replaced(worker: Worker) -> None:
    """No template is blamed for what the system did."""
    worker.ask(QUESTION)
    first = pid_of(worker)
    os.kill(first, signal.SIGKILL)
    assert worker.ask(QUESTION) == {"text": "Rain"}
    assert pid_of(worker) != first


def test_a_child_that_gets_no_processor_is_given_time(worker: Worker) -> None:
    """A busy machine is not the template's fault: the plain deadline passes and the answer still counts."""
    worker.ask(QUESTION)
    child = pid_of(worker)
    os.kill(child, signal.SIGSTOP)
    going_on = threading.Timer(0.35, os.kill, (child, signal.SIGCONT))
    going_on.start()
    assert worker.ask(QUESTION) == {"text": "Rain"}
    going_on.join()
    assert pid_of(worker) == child


def test_a_child_that_never_answers_is_given_up() -> None:
    """Even without any computing the wait ends, and the next question gets a new child."""
    worker = Worker(deadline_seconds=0.2, starved_seconds=2)
    worker.ask(QUESTION)
    child = pid_of(worker)
    os.kill(child, signal.SIGSTOP)
    assert worker.ask(QUESTION) == {"error": "it took longer than 0.2 s"}
    assert worker.ask(QUESTION) == {"text": "Rain"}
    assert pid_of(worker) != child
    worker.stop()


def test_a_child_that_cannot_start_is_told_apart_from_a_bad_template(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing interpreter and one that ends at once are sentences of their own."""
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(TemplateError, match="the renderer can't start its process"):
        worker.ask(QUESTION)
    monkeypatch.setattr(sys, "executable", "/bin/true")
    with pytest.raises(TemplateError, match="did not come up"):
        worker.ask(QUESTION)


def test_a_template_that_kills_its_child_is_refused(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two children lost to one question are not the system's doing."""
    monkeypatch.setattr(worker_module, "_CHILD", "tests.adapters.renderer.dying_child")
    assert worker.ask(QUESTION) == {"error": "it broke the renderer, by too much memory or too deep nesting"}


def test_the_child_sees_none_of_our_environment(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Secrets in the environment stay with the parent."""
    monkeypatch.setenv("ASIARADAR_X__ACCESS_TOKEN_SECRET", "very-secret")
    worker.ask(QUESTION)
    assert b"very-secret" not in Path(f"/proc/{pid_of(worker)}/environ").read_bytes()


def test_the_plain_deadline_holds_where_the_system_does_not_tell() -> None:
    """Without figures on computing time a child counts as busy."""
    assert worker_module._cpu_seconds(-1) == float("inf")


def test_threads_take_turns() -> None:
    """Many threads get their own answers from one child."""
    renderer = SandboxedRenderer(Path("templates"))
    renderer.prepare()
    found: dict[int, tuple[object, ...]] = {}

    def render(number: int) -> None:
        found[number] = renderer.render_source("{{ n }}", {"n": number}, name="n").parts

    threads = [threading.Thread(target=render, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    renderer.close()
    assert found == {number: (str(number),) for number in range(8)}
