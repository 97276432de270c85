"""Ways by which the portal itself fetches what 1C has to tell."""
