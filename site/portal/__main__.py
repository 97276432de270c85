"""The `vitrina` command."""

from __future__ import annotations

import os
import sys
from pathlib import Path

DEFAULT_SETTINGS = "portal.settings.embedded"


def main() -> None:
    """Run a management command of Vitrina or Django with the settings of this installation."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", DEFAULT_SETTINGS)
    arguments = [Path(sys.argv[0]).name, *sys.argv[1:]]
    if arguments[0] == "__main__.py":
        arguments[0] = "vitrina"
    from django.core.management import execute_from_command_line

    execute_from_command_line(arguments)


if __name__ == "__main__":
    main()
