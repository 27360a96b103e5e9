"""Of the drill survive-the-exodus: faults, and somebody new who has nothing but the console and the runbooks."""
