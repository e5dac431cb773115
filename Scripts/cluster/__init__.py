"""Tests of runs on a Slurm cluster, which is started on this machine."""
