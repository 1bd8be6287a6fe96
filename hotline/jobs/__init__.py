"""What is done to the outside world; without it what we owe would stay written down and undone."""
