"""Where transcripts and debriefs go when there is no phone to send them to."""

from pathlib import Path

from feeler.errors import DataError
from feeler.usecases.values import Document


def save_into(folder: Path, file: Document) -> Path:
    """Write the file under its name, or one that is still free; DataError where the folder takes none."""
    wanted = folder / Path(file.filename).name
    path, number = wanted, 1
    while True:
        try:
            with path.open("xb") as out:
                out.write(file.content)
        except FileExistsError:
            number += 1
            path = wanted.with_stem(f"{wanted.stem}-{number}")
        except OSError as error:
            raise DataError(f"{path}: cannot be written: {error.strerror}") from None
        else:
            return path
