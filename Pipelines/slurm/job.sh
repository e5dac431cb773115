#!/bin/bash
# A task of a run: job.sh SUBMISSION JOB, where SUBMISSION is the folder that submit wrote for it.
set -eu
submission=$1 job=$2

# Nothing but Slurm's variables comes from the shell that submitted, whatever --export does here.
for name in $(compgen -e); do
  case $name in
    SLURM* | HOME | USER | LOGNAME | SHELL | TMPDIR) ;;
    *) unset "$name" ;;
  esac
done
# shellcheck disable=SC1091
source "$submission/environment.sh" # the variables that the settings name, python, and what setup says

export HDF5_USE_FILE_LOCKING=FALSE # many a shared file system has no locks; each file has one writer
export ATLAS_THREADS=${SLURM_CPUS_PER_TASK:-1} OMP_NUM_THREADS=${SLURM_CPUS_PER_TASK:-1}

# exec: signals reach the program, and its exit code Slurm. srun does not take over CPUs and environment by itself.
exec srun --export=ALL --ntasks=1 --cpus-per-task="$ATLAS_THREADS" --kill-on-bad-exit=1 \
  "${python:?}" -E -s "$submission/run_task.py" "$submission" "$job"
