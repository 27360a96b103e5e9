"""What the drills of the gate are made of: a suite of 30,000, and suites that look at nothing."""
