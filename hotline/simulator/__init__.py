"""A telephone exchange that behaves as the carrier's contract says, so that calls can be rung without an account."""
