"""The installation on this machine: its folders, its database's state, its demonstration."""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from demo import load

ROOT = Path(__file__).resolve().parents[2]
ACCESS_FILE = "access.json"
STATE_FILE = "demonstration"


@dataclass(frozen=True)
class Access:
    """How to sign in to the demonstration company, as `access.json` has it."""

    site: str
    people: tuple[dict[str, str], ...]
    onec: dict[str, str]

    def as_json(self) -> str:
        """The same shape as the file."""
        shape = {"site": self.site, "people": list(self.people), "onec": self.onec}
        return json.dumps(shape, ensure_ascii=False, indent=2)

    def as_table(self) -> str:
        """Role, name, e-mail and password in columns: the first person of each role."""
        names = ("role", "name", "email", "password")
        first = {person["role"]: person for person in reversed(self.people)}
        shown = [person for person in self.people if first[person["role"]] is person]
        rows = [names, *(tuple(person.get(name) or "" for name in names) for person in shown)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(names))]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        )


def data_folder() -> Path:
    """The folder of everything that is written, made when it is missing."""
    folder = Path(settings.DATA_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def read_access() -> Access | None:
    """Sign-ins of the demonstration company; None when this is not one."""
    path = data_folder() / ACCESS_FILE
    if not path.exists():
        return None
    stored: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return Access(stored["site"], tuple(stored["people"]), stored["onec"])


def move_access(url: str) -> None:
    """Let the stored sign-ins name the address that the portal has now."""
    access = read_access()
    if access is None or access.site == url:
        return
    onec = {**access.onec, "url": url + access.onec["url"].removeprefix(access.site)}
    _write_private(data_folder() / ACCESS_FILE, replace(access, site=url, onec=onec).as_json())


def demonstration_wanted() -> bool:
    """Whether this installation is empty, or its demonstration was begun and broken off."""
    state = _demonstration_state()
    return state == "begun" or (not state and not get_user_model().objects.exists())


def prepare_demonstration() -> None:
    """Make the people and settings of the demonstration, before the servers start."""
    _set_demonstration_state("begun")
    load.prepare()
    _set_demonstration_state("prepared")


def fill_demonstration(url: str, report: Callable[[str], None]) -> None:
    """Send the demonstration's data to the portal at `url`, unless that was done before."""
    move_access(url)
    if _demonstration_state() == "prepared":
        load.fill(url, report=report)
        _set_demonstration_state("filled")


def _demonstration_state() -> str:
    path = data_folder() / STATE_FILE
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""


def _set_demonstration_state(state: str) -> None:
    (data_folder() / STATE_FILE).write_text(state + "\n", encoding="utf-8")


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def has_pending_migrations() -> bool:
    """Whether the database lacks a migration that the code has.

    Compares names only, without building the graph of migrations: a start that has nothing to
    migrate must not cost the seconds of `migrate`.
    """
    return not set(_migrations_on_disk()) <= set(MigrationRecorder(connection).applied_migrations())


def _migrations_on_disk() -> Iterable[tuple[str, str]]:
    for app in apps.get_app_configs():
        name, _explicit = MigrationLoader.migrations_module(app.label)
        if name is None:
            continue
        try:
            package = import_module(name)
        except ModuleNotFoundError:
            continue
        for module in pkgutil.iter_modules(package.__path__):
            if not module.ispkg and module.name[0] not in "_~":
                yield app.label, module.name
