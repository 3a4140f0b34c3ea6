"""A laboratory of a given size: seeded, skewed, with years of history, poured into the tables by COPY. `python -m tests.sizes` builds one."""
