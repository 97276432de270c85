"""The rules of the house, kept by the repository itself: see docs/adr/0001."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.template import engines

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ["portal", "home", "catalog_pages", "promotions", "dealer_area", "search", "sync", "base"]
"""From top to bottom: whoever stands here may know only what stands behind it."""
BESIDE = ["demo", "onec"]
VAGUE = {"utils", "helpers", "common", "services", "managers", "misc", "signals"}
LONGEST = 500
"""Lines. A longer file is two."""


def folder(app: str) -> Path:
    """Where an app of ours lies."""
    return ROOT / app if (ROOT / app).is_dir() else ROOT / "site" / app


def sources(*, tests: bool = False) -> Iterator[Path]:
    """Our Python files."""
    for app in [*LAYERS, *BESIDE]:
        yield from sorted(folder(app).rglob("*.py"))
    if tests:
        yield from sorted((ROOT / "tests").rglob("*.py"))


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def test_site_is_no_package() -> None:
    # with an __init__.py it would hide the standard library's module of that name
    assert not (ROOT / "site" / "__init__.py").exists()


def test_imports_point_down() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr


def test_foreign_keys_point_down() -> None:
    wrong = []
    for model in apps.get_models():
        own = model._meta.app_label
        if own not in LAYERS:
            continue
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if field.auto_created or target is None or isinstance(target, str):
                continue
            other = target._meta.app_label
            if other in LAYERS and LAYERS.index(other) < LAYERS.index(own):
                wrong.append(f"{own}.{model.__name__}.{field.name} -> {other}")
    assert not wrong


def test_no_model_is_fetched_by_its_name() -> None:
    # a string would get round the check of imports
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources()
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "get_model"
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"apps", "django_apps"}
    ]
    assert not wrong


def test_templates_include_nothing_from_above() -> None:
    wrong = []
    for path in sorted((ROOT / "templates").rglob("*.html")):
        owner = path.relative_to(ROOT / "templates").parts[0]
        for target in _template_names(path):
            other = target.partition("/")[0]
            if owner == "components" and other in LAYERS:
                wrong.append(f"{path.relative_to(ROOT)}: {target}")
            if owner not in LAYERS or other not in LAYERS:
                continue
            if LAYERS.index(other) < LAYERS.index(owner):
                wrong.append(f"{path.relative_to(ROOT)}: {target}")
    assert not wrong


def _template_names(path: Path) -> list[str]:
    tag = r"{%\s*(?:include|extends)\s+[\"']([^\"']+)[\"']"
    return re.findall(tag, path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "name",
    [
        str(path.relative_to(ROOT / "templates"))
        for path in sorted((ROOT / "templates").rglob("*"))
        if path.suffix in {".html", ".txt"}
    ],
)
def test_template_compiles(name: str) -> None:
    engines["django"].get_template(name)


def test_template_folders_belong_to_somebody() -> None:
    packages = {"account", "allauth", "modeladmin", "wagtailadmin", "wagtailusers"}
    known = {*LAYERS, *packages, "components"}
    found = {path.name for path in (ROOT / "templates").iterdir() if path.is_dir()}
    assert found <= known


def test_path_tells_path() -> None:
    """`tests/unit/<app>/test_x.py` is about `<app>/x.py` or the folder `<app>/x/`."""
    wrong = []
    for path in sorted((ROOT / "tests" / "unit").rglob("test_*.py")):
        app, *inner = path.relative_to(ROOT / "tests" / "unit").parts
        if not inner:
            continue  # about the repository as a whole
        subject = folder(app).joinpath(*inner[:-1], inner[-1].removeprefix("test_"))
        if not subject.exists() and not subject.with_suffix("").is_dir():
            wrong.append(path)
    assert not names(wrong)


def test_files_are_named_for_what_they_decide() -> None:
    assert not names([path for path in sources() if path.stem in VAGUE])


def test_files_are_short() -> None:
    long = [
        path
        for path in sources(tests=True)
        if "migrations" not in path.parts
        and len(path.read_text(encoding="utf-8").splitlines()) > LONGEST
    ]
    assert not names(long)


def test_migrations_are_named() -> None:
    found = [p for p in sources() if p.parent.name == "migrations" and "_auto_" in p.name]
    assert not names(found)


def test_env_example_names_every_setting() -> None:
    told = set(
        re.findall(r"^#?\s?([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text("utf-8"), re.M)
    )
    assert told == _variables_read()


def test_readme_lists_every_setting() -> None:
    text = (ROOT / "README.md").read_text("utf-8").partition("## Settings")[2]
    first_cells = " ".join(re.findall(r"^\| ([^|]+) \|", text, re.MULTILINE))
    assert set(re.findall(r"`([A-Z][A-Z0-9_]+)`", first_cells)) == _variables_read()


def _variables_read() -> set[str]:
    """Names that the code asks the environment for: `env.x("NAME")`, `os.environ.get("NAME")`."""
    found = set()
    settings = [*(ROOT / "site/portal/settings").glob("*.py")]
    commands = [*(ROOT / "site/portal").rglob("*.py")]
    for path in settings:
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r"\benv\.\w+\(\s*\"([A-Z0-9_]+)\"", text))
    for path in commands:
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r"os\.environ(?:\.get\(|\[)\"([A-Z0-9_]+)\"", text))
    return found - {"PYTHONPATH", "DJANGO_SETTINGS_MODULE"}


def test_gitignore_keeps_site() -> None:
    # a common template ignores it, and git then stages nothing of it
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert not {"site", "/site", "site/", "/site/"} & set(lines)
