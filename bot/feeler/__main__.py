"""`feeler` and `python -m feeler`: run the command line and turn our own errors into one line."""

import sys

from feeler.cli import build_app
from feeler.errors import FeelerError


def main() -> None:
    """Run the command that was typed. Exit code 2 for an error that the user can mend, 130 for Ctrl-C."""
    try:
        build_app()()
    except FeelerError as error:
        sys.exit(_complain(error))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)


def _complain(error: FeelerError) -> int:
    sys.stderr.write(f"feeler: {error}\n")
    return 2


if __name__ == "__main__":
    main()
