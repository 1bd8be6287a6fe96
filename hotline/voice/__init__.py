"""The caller's and the agent's ear; without it a call would reach us and hear nothing."""
