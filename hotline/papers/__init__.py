"""Tables as people read them, on a page, on paper and in a file alike; else a page and a file would not agree."""
