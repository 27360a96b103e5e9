"""What the drill `gdpr` does: somebody who has used everything (walker.py), and a look into every place (scan.py)."""
