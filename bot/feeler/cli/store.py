"""`feeler backup` and `feeler restore`: copies of all that is stored, while the bot runs."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add `feeler backup` and `feeler restore`."""

    @app.command()
    def backup(
        file: Annotated[Path, typer.Argument(help="A new file; it will be readable by you alone.")],
    ) -> None:
        """Write a copy of the database, whole and consistent, while the bot runs.

        Example: `feeler backup ~/feeler-2026-11-22.backup`
        """
        from feeler.settings import load_settings
        from feeler.store.backup import back_up

        back_up(load_settings().database, file)
        typer.echo(
            f"{file}: {file.stat().st_size / 1e6:.1f} MB. It holds what people wrote: keep it as safe."
        )

    @app.command()
    def restore(
        file: Annotated[Path, typer.Argument(help="A file written by `feeler backup`.")],
        yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    ) -> None:
        """Put the database back as it was at a backup. What came since is lost; a running bot goes on.

        Example: `feeler restore ~/feeler-2026-11-22.backup`
        """
        from feeler.settings import load_settings
        from feeler.store.backup import restore as put_back

        settings = load_settings()
        if not yes:
            typer.confirm("Everything stored since that backup will be lost. Go on?", abort=True)
        asyncio.run(put_back(settings.database, file))
        typer.echo(
            "Restored. What had not been sent at the time of the backup is sent with a mark, as a repeat."
        )
