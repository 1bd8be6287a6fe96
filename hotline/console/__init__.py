"""The pages of agents and supervisors; without it nobody could see what became of a call."""
