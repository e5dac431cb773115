# Activation atlases: `make atlas` runs the pipeline, each stage a program that reads and writes
# files. Only what a changed setting or input touches is made again. `make help` lists all there is.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

# Values come from the command line, the environment, local.mk (for what is true of a machine: paths,
# THREADS), the recipe, and then from the programs, as settings.mk has written them down.
-include local.mk
RECIPES := $(filter-out settings,$(basename $(notdir $(wildcard Pipelines/*.mk))))
RECIPE  ?= $(if $(MODEL)$(DATASET),default,world)
RECIPE  := $(RECIPE)
ifeq ($(filter $(RECIPE),$(RECIPES)),)
  $(error There is no recipe $(RECIPE); there are: $(RECIPES))
endif
include Pipelines/$(RECIPE).mk
include Pipelines/settings.mk

# ---------------------------------------------------------------- what to make

# What is given beside settings.
INPUTS := MODEL CARD DATASET LAYER OUT ALIGN_TO FILTER WORLD_IMAGES WORLD_SEED RECIPE PYTHON BENCH_MODEL BENCH_IMAGES
help.MODEL        := The network, an ONNX file or a frozen TensorFlow graph
help.CARD         := Its model card, if that does not lie beside it
help.DATASET      := The folder of images
help.LAYER        := The layer, by its name in the network's file or in the card
help.OUT          := The folder that everything lands in
help.ALIGN_TO     := Another layout.h5 of the same images to stay near
help.WORLD_IMAGES := Images per class of the synthetic world
help.WORLD_SEED   := Seed of the synthetic world; its network was trained on 0 and validated on 1
help.RECIPE       := A set of values, one of: $(RECIPES)
help.PYTHON       := The Python of make network, check-networks and the comparisons
help.FILTER       := The tests that make test runs: a regular expression of suites or Suite/function
help.BENCH_MODEL  := The network that make bench measures
help.BENCH_IMAGES := The images that make bench measures with

# A misspelt variable would be ignored in silence, and a word that there is not would be read as another.
GIVEN   := $(foreach name,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(name)))),$(name)))
UNKNOWN := $(firstword $(filter-out $(SETTINGS) $(INPUTS) BIN BUILT SWIFT_BUILD SWIFT_TEST MAKEFLAGS,$(GIVEN)))
ifneq ($(UNKNOWN),)
  $(error There is no setting $(UNKNOWN); the nearest is \
    $(shell Scripts/nearest-name '$(UNKNOWN)' $(SETTINGS) $(INPUTS)), make help lists all)
endif
$(foreach name,$(SETTINGS),$(if $(words.$(name)),$(if $(filter $(words.$(name)),$($(name))),,\
  $(error $(name)=$($(name)): it must be one of: $(words.$(name))))))

# Images per class of the synthetic world, drawn with a seed that its network was not trained on.
WORLD_IMAGES ?= 40
WORLD_SEED   ?= 2
WORLD        := Data/world/seed$(WORLD_SEED)-$(WORLD_IMAGES)

# With neither MODEL nor DATASET: the synthetic world and its network.
ifeq ($(MODEL)$(DATASET),)
  IS_WORLD := yes
  MODEL    := Data/models/synthetic-world/synthetic-world.onnx
  DATASET  := $(WORLD)
  LAYER    ?= mixed4c
endif
MODEL    ?=
DATASET  ?=
LAYER    ?=
CARD     ?=
ALIGN_TO ?=

comma := ,
empty :=
space := $(empty) $(empty)
NETWORK := $(basename $(notdir $(MODEL)))
OUT     ?= Data/atlas/$(NETWORK)/$(subst :,_,$(subst /,_,$(LAYER)))
GRIDS   := $(subst $(comma),$(space),$(GRID))
ATLASES := $(GRIDS:%=$(OUT)/atlas-%.png)
STAMPS  := $(OUT)/.settings

BIN    ?= .build/release
COMMON := --threads $(THREADS)
BUILT  ?= .build/built

PYTHON ?= python3

.PHONY: atlas world network build test quick-test bench check-networks bench-peers bench-embedding fuzz \
  documentation format lint clean help packages FORCE
.DEFAULT_GOAL := help

atlas: $(OUT)/atlas.png $(ATLASES) ## Make the atlas of a layer (LAYER, MODEL, DATASET, GRID, STEPS … below)
	@echo "$(OUT)/atlas.png"

world: $(WORLD).jpg ## Draw the synthetic world (WORLD_IMAGES per class, WORLD_SEED)
	@echo "$(WORLD) $(WORLD).jpg"

# The contact sheet comes last: where it is, all images are, unless their folder was removed.
$(WORLD).jpg: $(if $(wildcard $(WORLD)/world.json),,FORCE) | $(BUILT)
	$(BIN)/atlas-synthesize --output $(WORLD) --count $(WORLD_IMAGES) --seed $(WORLD_SEED) \
	  --sheet $@ $(COMMON)

# Images of two more seeds: one to train on, one to validate with.
TRAINING := Data/work/training
network: $(BUILT) ## Train the synthetic world's network, or continue (PYTHON with torch; half an hour)
	$(BIN)/atlas-synthesize --output $(TRAINING)/seed0 --count 600 --seed 0 $(COMMON)
	$(BIN)/atlas-synthesize --output $(TRAINING)/seed1 --count 80 --seed 1 $(COMMON)
	$(PYTHON) Scripts/train_default_network.py --images $(TRAINING)/seed0 \
	  --validation $(TRAINING)/seed1 --work $(TRAINING) --output Data/models/synthetic-world \
	  $(if $(filter-out 0,$(THREADS)),--threads $(THREADS))

# ---------------------------------------------------------------- build and checks

# The libraries and programs, built again when a source changes.
SOURCES := Package.swift $(shell find Sources -type f)
SWIFT_BUILD ?= swift build --configuration release

$(BUILT): $(SOURCES) | packages
	$(SWIFT_BUILD) >&2
	@touch $@

build: $(BUILT) ## Build the programs into .build/release

packages: ## Check the system packages; install them where that is allowed
	@Scripts/install-packages

# No test needs @testable; without it the modules need not be built again for the tests.
SWIFT_TEST ?= swift test --configuration release --disable-testable-imports --disable-xctest

# The tests of the scripts want Python 3.9, as the scripts do.
test: packages ## Build and run all tests, or those that FILTER names: a suite, or Suite/function
ifeq ($(FILTER),)
	@if command -v python3 > /dev/null; then python3 -m unittest Scripts/tests/test_*.py; \
	else echo "skipped: the tests of Scripts need python3"; fi
endif
	$(SWIFT_TEST) $(if $(FILTER),--filter $(call quote,$(FILTER)))

quick-test: packages ## Build, and run the quick tests: under a minute once built
	QUICK_TESTS=1 $(SWIFT_TEST)

# GoogLeNet on photographs where they are at hand, else the network and images of the atlas.
ifeq ($(IS_WORLD),yes)
  BENCH_MODEL  ?= $(or $(wildcard ../shared/models/googlenet/googlenet.onnx),$(MODEL))
  BENCH_IMAGES ?= $(or $(wildcard ../shared/images/imagenet-1000),$(DATASET))
endif
BENCH_MODEL  ?= $(MODEL)
BENCH_IMAGES ?= $(DATASET)
bench: $(BUILT) $(if $(filter $(WORLD),$(BENCH_IMAGES)),$(WORLD).jpg) ## Measure this machine into Data/work/bench.json (BENCH_MODEL, BENCH_IMAGES)
	@mkdir -p Data/work
	$(BIN)/atlas-bench --threads $(THREADS) $(if $(BENCH_MODEL),--model $(BENCH_MODEL)) \
	  $(if $(CARD),--card $(CARD)) --layer $(or $(LAYER),mixed4c) \
	  $(if $(BENCH_IMAGES),--images $(BENCH_IMAGES)) --work Data/work --output Data/work/bench.json

# Comparisons with other frameworks, whose packages land below Data/work (several GB).
check-networks: $(BUILT) ## Compare networks of all families with torch, ONNX's node tests and TensorFlow
	$(PYTHON) Scripts/prepare-python peers tensorflow
	$(PYTHON) Scripts/check_node_tests.py
	$(PYTHON) Scripts/check_operators.py
	$(PYTHON) Scripts/check_families.py --keep
	$(PYTHON) Scripts/check_attribution.py
	$(PYTHON) Scripts/check_tensorflow.py

bench-peers: $(BUILT) ## Measure this project, torch and onnxruntime at the same work
	$(PYTHON) Scripts/prepare-python peers
	$(PYTHON) Scripts/bench_peers.py

bench-embedding: $(BUILT) ## Measure layouts by this project, umap-learn and openTSNE of the same samples
	$(PYTHON) Scripts/prepare-python embedding
	$(PYTHON) Scripts/bench_embedding.py

fuzz: $(BUILT) ## Read and run 100,000 damaged network files
	$(BIN)/model-fuzzing --count 100000 --jobs $$(nproc) --failures Data/work/fuzzing
	$(BIN)/model-fuzzing --tensorflow --count 20000 --jobs $$(nproc) --failures Data/work/fuzzing

documentation: $(BUILT) ## Write what documents and make know of files and settings, from the code
	$(BIN)/atlas-documentation files > Documentation/files.md
	$(BIN)/atlas-documentation settings > Documentation/settings.md
	$(BIN)/atlas-documentation make > Pipelines/settings.mk

FORMATTED := Package.swift Sources Tests
format: ## Format the Swift files
	swift format --in-place --recursive $(FORMATTED)

lint: ## Check the Swift files' format
	swift format lint --strict --recursive $(FORMATTED)

clean: ## Remove what was built, measured and drawn; atlases in Data/atlas stay
	rm -rf .build Data/work Data/world

# A value and a meaning as words of the shell.
quote = '$(subst ','\'',$(1))'
help: ## Show this
	@echo "make atlas LAYER=mixed4c [NAME=value …]"
	@echo "make atlas MODEL=network.onnx DATASET=photos LAYER=mixed4c [RECIPE=quick] [NAME=value …]"
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 18
	@echo
	@echo "Settings, with their values under RECIPE=$(RECIPE):"
	@$(foreach name,$(INPUTS) $(SETTINGS),printf '  %-14s %-10s %s\n' \
	  $(name) $(call quote,$(or $($(name)),-)) $(call quote,$(help.$(name)));)

# ---------------------------------------------------------------- the pipeline

NETWORK_FILES  := --model $(MODEL) $(if $(CARD),--card $(CARD))
# With the weights that ONNX files may keep beside them, as PyTorch writes them.
NETWORK_INPUTS := $(wildcard $(MODEL) $(MODEL).data $(MODEL)_data $(or $(CARD),$(basename $(MODEL)).json))
CLASS_INPUTS   := $(filter-out auto folders names none,$(CLASSES))
LAID_OUT       := $(if $(filter 0,$(COMPONENTS)),activations,components)
ALIGN          := $(if $(ALIGN_TO),--align-to $(ALIGN_TO))

ifneq ($(filter atlas $(OUT)/%,$(MAKECMDGOALS)),)
  ifeq ($(MODEL),)
    $(error MODEL is not set: make atlas MODEL=network.onnx DATASET=photos LAYER=mixed4c)
  endif
  ifeq ($(wildcard $(MODEL)),)
    $(error MODEL=$(MODEL): there is no such file)
  endif
  ifeq ($(DATASET),)
    $(error DATASET is not set: give the folder of images beside MODEL)
  endif
  ifeq ($(IS_WORLD)$(wildcard $(DATASET)/.),)
    $(error DATASET=$(DATASET): there is no such folder of images)
  endif
  ifeq ($(LAYER),)
    $(error LAYER is not set: name a layer of the network; atlas-network summary --layers lists them)
  endif
  DIGESTS := $(shell sha256sum $(NETWORK_INPUTS) $(CLASS_INPUTS))
  DIGEST  := $(firstword $(DIGESTS))
  ifeq ($(filter $(DIGEST),$(or $(file < $(STAMPS)/network),$(DIGEST))),)
    $(error $(OUT) holds the atlas of another network: set OUT, or remove that folder)
  endif
endif

# What decides the products of each stage, as its program reads the settings: 20 and 20.0 are the same, and
# what is for another method does not count. All programs are asked before anything is made, so that a mistake
# costs no finished work. The network counts by its content, images by their names, sizes and times; drawn
# images are the same whenever they are drawn. (+: also under make -n, which then shows what would be made.)
asked = test ! -x $(BIN)/atlas-$(1) || \
  $(BIN)/atlas-$(1) --record-settings $(options.$(1)) $(2) > $(STAMPS)/$(1).asked
$(STAMPS)/asked: FORCE $(if $(IS_WORLD),$(WORLD).jpg) | $(BUILT)
	+@mkdir -p $(@D)
	+@$(call asked,extract)
	+@printf '%s\n' 'layer=$(LAYER)' '$(DIGESTS)' >> $(STAMPS)/extract.asked
	+@find '$(DATASET)'/ \( -iname '*.jpg' -o -iname '*.jpeg' -o -iname '*.png' \) \
	  -printf '%P %s $(if $(IS_WORLD),,%T@)\n' | LC_ALL=C sort | sha256sum >> $(STAMPS)/extract.asked
	+@$(call asked,reduce)
	+@$(call asked,neighbors)
	+@echo 'of $(LAID_OUT)' >> $(STAMPS)/neighbors.asked
	+@$(call asked,embed,--neighbor-graph neighbors.h5 $(ALIGN))
	+@echo 'of $(LAID_OUT) $(ALIGN)' >> $(STAMPS)/embed.asked
	+@$(call asked,grid,--grid $(GRID))
	+@$(call asked,grid)
	+@$(call asked,render)
	+@echo 'layer=$(LAYER)' >> $(STAMPS)/render.asked
	+@$(call asked,assemble)
	+@echo $(firstword $(GRIDS)) > $(STAMPS)/first.asked

# A product's stamp is as old as the product if that was made with what is asked for, else new.
define stamp
$(STAMPS)/$(notdir $(2)): $(STAMPS)/asked
	+@if test -e $(2) && cmp --silent $(STAMPS)/$(1).asked $$@.made; \
	then touch -r $(2) $$@; else touch $$@; fi
$(2): $(STAMPS)/$(notdir $(2)) | $(BUILT)
endef
# The last line of a product's recipe.
made = @cp $(STAMPS)/$(1).asked $(STAMPS)/$(@F).made

CELLS   := $(GRIDS:%=$(OUT)/cells-%.h5)
ICONS   := $(GRIDS:%=$(OUT)/icons-%.h5)
$(eval $(call stamp,extract,$(OUT)/activations.h5))
$(eval $(call stamp,reduce,$(OUT)/components.h5))
$(eval $(call stamp,neighbors,$(OUT)/neighbors.h5))
$(eval $(call stamp,embed,$(OUT)/layout.h5))
$(foreach file,$(CELLS),$(eval $(call stamp,grid,$(file))))
$(foreach file,$(ICONS),$(eval $(call stamp,render,$(file))))
$(foreach file,$(ATLASES),$(eval $(call stamp,assemble,$(file))))
$(eval $(call stamp,first,$(OUT)/atlas.png))

# Where sampling again gives the same bytes, as after a touched image, the file keeps its time, and nothing
# else is made.
$(OUT)/activations.h5:
	$(BIN)/atlas-extract $(NETWORK_FILES) --images $(DATASET) --layer $(LAYER) $(options.extract) \
	  --output $@.new $(COMMON)
	@if cmp --silent $@.new $@; then rm $@.new; else mv $@.new $@; fi
	@echo '$(DIGEST)' > $(STAMPS)/network
	$(call made,extract)

$(OUT)/components.h5: $(OUT)/activations.h5
	$(BIN)/atlas-reduce --activations $< $(options.reduce) --output $@ $(COMMON)
	$(call made,reduce)

# The neighbors apart, so that other settings of the layout do not search again.
$(OUT)/neighbors.h5: $(OUT)/$(LAID_OUT).h5
	$(BIN)/atlas-neighbors --$(LAID_OUT) $< $(options.neighbors) --output $@ $(COMMON)
	$(call made,neighbors)

$(OUT)/layout.h5: $(OUT)/$(LAID_OUT).h5 $(OUT)/neighbors.h5 $(ALIGN_TO)
	$(BIN)/atlas-embed --$(LAID_OUT) $< --neighbor-graph $(OUT)/neighbors.h5 $(options.embed) \
	  $(ALIGN) --output $@ $(COMMON)
	$(call made,embed)

# One file per grid, so that another grid leaves the first one's icons alone.
$(CELLS): $(OUT)/cells-%.h5: $(OUT)/activations.h5 $(OUT)/layout.h5
	$(BIN)/atlas-grid --activations $< --layout $(OUT)/layout.h5 --grid $* $(options.grid) \
	  --output $@ $(COMMON)
	$(call made,grid)

# The whitening matrix is made of the second moment, so that CONDITION leaves the layout alone.
WHITENING := $(if $(filter yes,$(WHITEN)),$(OUT)/components.h5)
$(ICONS): $(OUT)/icons-%.h5: $(OUT)/cells-%.h5 $(WHITENING)
	$(BIN)/atlas-render $(NETWORK_FILES) --layer $(LAYER) --cells-file $< \
	  $(addprefix --components ,$(WHITENING)) $(options.render) --output $@ $(COMMON)
	$(call made,render)

$(ATLASES): $(OUT)/atlas-%.png: $(OUT)/icons-%.h5
	$(BIN)/atlas-assemble --icons $< $(options.assemble) --output $(basename $@) $(COMMON)
	$(call made,assemble)

# The first grid's atlas under a name that does not change.
$(OUT)/atlas.png: $(firstword $(ATLASES))
	@cp $(basename $<).json $(basename $@).json
	@cp $< $@.new && mv $@.new $@
	$(call made,first)

FORCE:
