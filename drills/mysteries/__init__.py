"""Faults of the drill `mystery`: put into a running site (`injected.py`), and as what is measured (`measured.py`)."""
