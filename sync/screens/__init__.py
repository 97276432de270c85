"""Screens of the exchange in the admin: each module is one of them."""
