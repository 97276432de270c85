"""The queue of this installation."""

from __future__ import annotations

from typing import cast

from huey import Huey
from huey.contrib.djhuey import HUEY

huey = cast("Huey", HUEY)
