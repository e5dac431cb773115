"""A run of stages as jobs of Slurm: planned, submitted, watched and mended by the scheduler's own means."""


class Refused(Exception):
    """What cannot be done; the text is one line that says what, why and what helps."""
