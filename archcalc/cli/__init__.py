"""The command line: options to calls, errors to exit codes; no arithmetic.

Each command is a file of this folder, loaded when it is used.
"""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from pkgutil import iter_modules

import click

from .. import __version__
from ..errors import ArchcalcError

_NOT_COMMANDS = ("options", "output", "pace", "variants")
_ALIASES = {"analyze": "summary"}


class Commands(click.Group):
    """Commands by file name; ``fmt`` is ``fmt.py``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        folder = sys.modules[__name__].__path__
        return sorted(m.name for m in iter_modules(folder) if m.name not in _NOT_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        name = _ALIASES.get(name, name)
        if name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(f"{__name__}.{name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], self.list_commands(ctx), 1)
            also = f' Did you mean "{near[0]}"?' if near else ""
            if "|" in args[0]:
                ctx.fail("A spec comes after a command: archcalc summary 'SPEC'.")
            ctx.fail(f'No such command "{args[0][:40]}".{also}')
        return super().resolve_command(ctx, args)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.version_option(__version__, prog_name="archcalc")
def archcalc() -> None:
    """Examples:

    \b
    archcalc compare '14x14x480 | conv 5x5x48 pad 2' \\
                     '14x14x480 | conv 1x1x16 | conv 5x5x48 pad 2'
    archcalc summary '32x32x1 | conv 5x5x6 | avgpool 2x2 | fc 10'
    archcalc explain '14x14x480 | conv 5x5x48 pad 2'

    Write a net the way a textbook does and get every number.

    Quote every spec: the shell would take | ; * ( and [ for itself.

    Exit codes: 0 done, 1 a finding, 2 bad input, 3 could not run, 70 internal error.
    """


def main() -> None:
    """Run the command line; every failure ends in one clear message and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    gc.set_threshold(200_000)  # a command is short, and hardly anything it makes is garbage
    verbose = "-v" in sys.argv or "--verbose" in sys.argv
    try:
        archcalc(prog_name="archcalc", standalone_mode=False)
        sys.stdout.flush()
        code = 0
    except click.exceptions.Exit as stop:
        code = stop.exit_code
    except click.ClickException as error:
        code = _usage(error)
    except (KeyboardInterrupt, click.Abort):
        code = 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except OSError as error:
        _show_traceback(verbose)
        code = _internal(error) if error.filename else _unwritten(error)
    except ArchcalcError as error:
        code = _refused(error)
    except Exception as error:
        _show_traceback(verbose)
        code = _internal(error)
    sys.exit(code)


def _show_traceback(verbose: bool) -> None:
    if verbose:
        import traceback

        traceback.print_exc()


def _wants_json() -> bool:
    """Whether the command line asks for JSON on standard output."""
    given = sys.argv[1:]
    if any(one in ("-o", "--output") or one.startswith("--output=") for one in given):
        return False
    return "--format=json" in given or "--format json" in " ".join(given)


def _report_json(error: dict[str, object]) -> None:
    import json

    print(json.dumps({"error": error}, indent=2, ensure_ascii=False))


def _refused(error: ArchcalcError) -> int:
    if _wants_json():
        _report_json(error.as_dict())
    else:
        print(error.render(), file=sys.stderr)
    return error.exit_code


def _usage(error: click.ClickException) -> int:
    if _wants_json():
        message = error.format_message()
        _report_json({"code": "E50", "message": message, "span": None, "help": "archcalc --help"})
    else:
        error.show()
    return 2


def _unwritten(error: OSError) -> int:
    """Say that standard output takes no more, such as a full disk."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    print(f"error[E33]: cannot write: {error.strerror or error}", file=sys.stderr)
    return 3


def _internal(error: Exception) -> int:
    import shlex

    again = shlex.join(["archcalc", *sys.argv[1:]])
    message = f"internal error: {type(error).__name__}: {error}"
    if _wants_json():
        _report_json({"code": "E70", "message": message, "span": None, "help": "please report it"})
    else:
        print(f"{message}\nplease report it, with this command:\n  {again} -v", file=sys.stderr)
    return 70
