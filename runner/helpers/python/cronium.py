"""What a script that Cronium runs can ask for and leave behind.

    import cronium
    name = cronium.input("user.name")
    cronium.output("rows", 42)

Values are whatever JSON can hold. Every function runs the command of the same name, so `cronium.input --help` tells the
whole story. Problems are raised as CroniumError, whose `code` says what they are.
"""

import json as _json
import os as _os
import subprocess as _subprocess
from typing import Any, Dict, List, Optional, Union

__all__ = [
    "CroniumError", "event", "get_variable", "get_version", "input", "output", "secret", "set_variable", "token",
]

_CODES = {1: "absent", 2: "invalid", 3: "nobody", 4: "changed", 5: "refused"}  # type: Dict[int, str]
_RAISE = object()  # type: Any


class CroniumError(Exception):
    """A helper could not do what was asked. `code` is absent, invalid, nobody, changed or refused."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def input(key: Optional[str] = None, default: Any = _RAISE) -> Any:
    """The run's input, or what is at a path in it, such as "user.name" or "items[0]"."""
    return _read(["input"] + _some(key), default)


def event(field: Optional[str] = None, default: Any = _RAISE) -> Any:
    """What is known of the event that runs, or one field of it, such as "git.commit"."""
    return _read(["event"] + _some(field), default)


def output(key: Union[str, Dict[str, Any]], value: Any = _RAISE) -> None:
    """Leaves a result of this job: output("rows", 42), or several at once: output({"rows": 42, "ok": True})."""
    if value is not _RAISE:
        _run(["output", "--json", "--", str(key), "-"], value)
    elif isinstance(key, dict):
        _run(["output"], key)
    else:
        raise TypeError("output() takes a key and a value, or a dict")


def get_variable(name: str, default: Any = None, scope: Optional[str] = None, wait: Optional[str] = None) -> Any:
    """A variable's value, or the default when there is none. Without a scope the most specific one that has it answers."""
    return _read(["getVariable"] + _options(scope, wait) + _some(name), default)


def get_version(name: str, scope: Optional[str] = None, wait: Optional[str] = None) -> int:
    """A variable's version, 0 when there is none; for set_variable(if_unchanged=…)."""
    return int(_run(["getVariable", "--version"] + _options(scope, wait) + _some(name)))


def set_variable(
    name: str,
    value: Any,
    scope: Optional[str] = None,
    secret: bool = False,
    if_unchanged: Union[bool, int] = False,
    wait: Optional[str] = None,
) -> None:
    """Sets a variable. With if_unchanged (True: since the job has read it; or a version) it raises CroniumError with the
    code "changed" when somebody else has set it meanwhile."""
    arguments = ["setVariable", "--json"] + _options(scope, wait)
    if secret:
        arguments.append("--secret")
    if if_unchanged is True:
        arguments.append("--if-unchanged")
    elif if_unchanged is not False:
        arguments.append("--if-unchanged=%d" % if_unchanged)
    _run(arguments + ["--", name, "-"], value)


def secret(name: str) -> str:
    """A secret that the event names under `secrets`. Each is handed out once."""
    return _read(["secret"] + _some(name), _RAISE)


def token() -> str:
    """The newest token for CRONIUM_API_ENDPOINT, in an event that says `api: true`."""
    return _read(["token"], _RAISE)


def _some(word: Optional[str]) -> List[str]:
    return [] if word is None else ["--", word]


def _options(scope: Optional[str], wait: Optional[str]) -> List[str]:
    options = []  # type: List[str]
    if scope is not None:
        options.append("--scope=" + scope)
    if wait is not None:
        options.append("--wait=" + wait)
    return options


def _read(arguments: List[str], default: Any) -> Any:
    try:
        return _json.loads(_run([arguments[0], "--json"] + arguments[1:]))
    except CroniumError as error:
        if error.code != "absent" or default is _RAISE:
            raise
        return default


def _run(arguments: List[str], value: Any = _RAISE) -> str:
    place = _os.environ.get("CRONIUM_TOOLS")
    if not place:
        raise CroniumError("invalid", "This script is not run by Cronium: CRONIUM_TOOLS is not set")
    given = b"" if value is _RAISE else _json.dumps(value, allow_nan=False).encode("utf-8")
    done = _subprocess.run(
        [_os.path.join(place, "bin", "cronium")] + arguments,
        input=given, stdout=_subprocess.PIPE, stderr=_subprocess.PIPE,
    )
    said = done.stderr.decode("utf-8", "replace").strip()
    if done.returncode != 0:
        raise CroniumError(_CODES.get(done.returncode, "refused"), said or "The command ended with %d" % done.returncode)
    return done.stdout.decode("utf-8")
