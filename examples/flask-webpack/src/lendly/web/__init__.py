"""HTTP: pages for people, JSON for programs, and the files that webpack made."""
