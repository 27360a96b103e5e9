"""Parts of the drill `deletion`."""
