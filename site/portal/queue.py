"""The queue of this installation."""

from __future__ import annotations

from huey import Huey
from huey.contrib.djhuey import HUEY

huey: Huey = HUEY
