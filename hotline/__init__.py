"""Hotline: the telephone of a service company, kept honest by software."""
