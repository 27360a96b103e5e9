"""What the drill `unsafe-revert` is made of: an older build, a town with protected accounts, probing, force."""
