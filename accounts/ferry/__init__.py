"""Who belongs to an experiment, as the laboratory's register of people says: its answers, what follows from them, and the way to it."""
