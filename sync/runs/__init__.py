"""Work on what arrived: from a stored file to the mirror, again, on trial, or not any more."""
