#!/usr/bin/env python3
"""`vitrina` from a checkout, without the package being installed."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
sys.path[:0] = [str(ROOT), str(ROOT / "site")]

if __name__ == "__main__":
    from portal.__main__ import main

    main()
