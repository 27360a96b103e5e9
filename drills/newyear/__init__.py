"""Pieces of the drill `new-year`: the line, the files, and two programs that run at the other end of the line."""
