"""Registers of the admin."""
