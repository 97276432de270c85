"""1C's side of the exchange: plays a 1C configuration against a portal over HTTP.

Written from the protocol alone. It shares no code with `sync`, so that a mistake made on one side
is seen by the other.
"""
