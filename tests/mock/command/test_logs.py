"""Repeated log lines are shown once a minute, with a count."""

import io
import logging

from mock_server.command.logs import ThrottledHandler


class Log:
    def __init__(self) -> None:
        self.now, self.stream = 0.0, io.StringIO()
        self.handler = ThrottledHandler(self.stream, lambda: self.now)

    def say(self, message: str, *args: object, level: int = logging.WARNING) -> None:
        self.handler.handle(logging.LogRecord("mock_server", level, "", 0, message, args, None))

    @property
    def lines(self) -> list[str]:
        return self.stream.getvalue().splitlines()


def test_a_repeated_line_is_shown_once_and_its_count_when_it_is_shown_again() -> None:
    log = Log()
    for _ in range(44_975):
        log.say("this is not HTTP")
    assert log.lines == ["this is not HTTP"]
    log.now = 61.0
    log.say("this is not HTTP")
    assert log.lines == ["this is not HTTP", "this is not HTTP (44,974 more)", "this is not HTTP"]


def test_different_lines_and_info_lines_are_always_shown() -> None:
    log = Log()
    for number in range(5):
        log.say("429 for org-%03d", number)
        log.say("stopping", level=logging.INFO)
    assert len(log.lines) == 10


def test_lines_that_were_not_shown_are_counted_at_the_end() -> None:
    log = Log()
    log.say("a fault")
    log.say("a fault")
    log.handler.close()
    assert log.lines == ["a fault", "a fault (1 more)"]


def test_the_memory_for_repeated_lines_is_limited_to_the_newest() -> None:
    log = Log()
    log.say("first")
    for number in range(2_000):
        log.say("line %d", number)
    log.say("first")
    assert log.lines.count("first") == 2
