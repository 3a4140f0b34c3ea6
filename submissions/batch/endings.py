"""How a program ended, in words."""
import signal


def how(code: int | None, number: int | None) -> str | None:
    """By which signal or with which exit code; None if all went well."""
    if number:
        return f"ended by {_name(number)}"
    return f"ended with exit code {code}" if code else None


def _name(number: int) -> str:
    return next((s.name for s in signal.Signals if s == number), f"signal {number}")
