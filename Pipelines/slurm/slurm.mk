# The stages as jobs of a Slurm cluster: what is to be made, by the commands of the Makefile, as a file that cluster.py
# submits jobs from.

# A stage as write_stages.py takes it: its name and grid, the stamp of its product, the stages before it, and the
# result that its shards are of; icons come in parts of their own.
stage = --stage $(1)$(if $(2),-$(2)) $(call quote,$(3)) $(call quote,$(4)) $(or $(if $(in_shards),$(SHARDS)),0) \
  $(call quote,$(abspath $(5))) $(call quote,$(call command.$(1),$(2))) $(call quote,$(whole))
grid_stages = $(call stage,grid,$(1),cells-$(1).h5,embed) \
  $(call stage,render,$(1),icons-$(1).h5,grid-$(1)) \
  $(call stage,judge,$(1),icons-$(1).json,render-$(1)) \
  $(call stage,assemble,$(1),atlas-$(1).png,judge-$(1)) \
  $(call stage,evidence,$(1),evidence-$(1).json,grid-$(1)) \
  $(call stage,attribute,$(1),attribution-$(1).h5,grid-$(1),$(LAYOUT)/attribution-$(1).h5) \
  $(call stage,poster,$(1),poster-$(1).png,render-$(1) attribute-$(1))
REDUCES := $(if $(filter components,$(LAID_OUT))$(filter yes,$(WHITEN)),yes)
FIRST   := $(firstword $(GRIDS))
run_stages = $(call stage,extract,,activations.h5,,$(OUT)/activations.h5.new) \
  $(if $(REDUCES),$(call stage,reduce,,components.h5,extract)) \
  $(call stage,neighbors,,neighbors.h5,$(if $(REDUCES),reduce,extract),$(OUT)/neighbors.h5) \
  $(call stage,embed,,layout.h5,neighbors) \
  $(foreach grid,$(GRIDS),$(call grid_stages,$(grid))) \
  --stage first atlas.png assemble-$(FIRST) 0 '' '' $(call quote,$(call first_atlas,$(LAYOUT)/atlas-$(FIRST))) \
  --stage explore '' $(call quote,first $(GRIDS:%=poster-%) $(GRIDS:%=evidence-%)) 0 '' '' $(call quote,$(command.explore))

CLUSTER := python3 Pipelines/slurm/cluster.py
RUN     := $(OUT)/cluster/stages.json
$(RUN): COMMON = --threads "$${ATLAS_THREADS:-0}"
$(RUN): FORCE | $(BUILT)
	+@mkdir -p $(@D) $(LAYOUT)
	+@$(PLAN) --due > $(@D)/due
	@python3 Pipelines/slurm/write_stages.py $@ --folder $(abspath $(OUT)) --due $(abspath $(@D))/due \
	  --title $(call quote,$(LAYER) of $(basename $(notdir $(MODEL)))) \
	  $(PROGRAMS:%=--program $(abspath $(BIN))/atlas-%) \
	  $(run_stages)

SETTINGS_FILE := $(or $(CLUSTER_SETTINGS),Pipelines/slurm/settings.conf)
submit resume: | $(BUILT) $(LEAFLET)
	+@Scripts/alone $(OUT) sh -c '$(MAKE) --no-print-directory GOAL=explanation $(STAMPS)/planned && \
	  $(MAKE) --no-print-directory GOAL=explanation $(RUN)' && \
	  $(CLUSTER) $@ --stages $(RUN) --settings $(call quote,$(SETTINGS_FILE)) $(if $(filter yes,$(DRY_RUN)),--dry-run) \
	  $(if $(filter yes,$(CHANGED_PROGRAMS)),$(if $(filter resume,$@),--changed-programs))
status cancel:
	@test -e $(RUN) || { echo "make: $(RUN) is not there: nothing was submitted with these settings" >&2; exit 1; }
	@$(CLUSTER) $@ --stages $(RUN) || test $$? -eq 3
submit: ## Submit the atlas, explained, as jobs of a Slurm cluster (SHARDS, CLUSTER_SETTINGS, DRY_RUN=yes)
status: ## Say where the jobs are, and what failed
resume: ## Submit what is missing or broken, with more memory or time where that was the cause
cancel: ## Cancel the jobs
