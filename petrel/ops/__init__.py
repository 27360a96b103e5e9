"""Rooms of the people who keep it running."""
