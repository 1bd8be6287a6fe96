"""Without this room every figure of the service standard would be a bare number somewhere in the code."""
