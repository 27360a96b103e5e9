"""Handlers, one per address: take what was sent, ask one thing of the rooms, show a page or go on."""
