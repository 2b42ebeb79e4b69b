"""The command line: one module a command, each with `register(app)`. Heavy imports stay inside commands."""

from importlib import import_module

import typer

from feeler import __version__

COMMANDS = ("phone", "chat", "run", "personas", "models", "debrief", "eval", "bench", "store", "doctor")


def build_app() -> typer.Typer:
    """The whole command line, every command registered."""
    app = typer.Typer(
        name="feeler",
        help="Practise the talk with a company that has no vacancy.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode="markdown",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback(invoke_without_command=True)
    def root(version: bool = typer.Option(False, "--version", help="Print the version and stop.")) -> None:
        if version:
            typer.echo(f"feeler {__version__}")
            raise typer.Exit

    for name in COMMANDS:
        import_module(f"feeler.cli.{name}").register(app)
    return app
