"""``archcalc completion``."""

from __future__ import annotations

import click


@click.command(short_help="Print the completion script of a shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Example:

    \b
    archcalc completion bash >> ~/.bashrc
    archcalc completion fish > ~/.config/fish/completions/archcalc.fish

    Print the completion script of a shell.
    """
    from click.shell_completion import get_completion_class

    from . import archcalc

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(archcalc, {}, "archcalc", "_ARCHCALC_COMPLETE").source())
