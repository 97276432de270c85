"""Objects of an exchange file on their way into the mirror, each kind in a module of its own."""
