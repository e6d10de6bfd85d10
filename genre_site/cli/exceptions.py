"""How a command of ./run ends early: one sentence to the person, and an exit code."""


class CliError(Exception):
    """A foreseeable failure; shown without a traceback."""

    def __init__(self, sentence: str, *, status: int = 1) -> None:
        super().__init__(sentence)
        self.status = status


class Terminated(SystemExit):
    """SIGTERM or SIGHUP arrived: unwinds like an exit, so that what was started is stopped."""

    def __init__(self, signal_number: int) -> None:
        super().__init__(128 + signal_number)
