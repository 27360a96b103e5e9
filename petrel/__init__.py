"""Petrel: a microblogging network that a very small crew can keep alive."""
