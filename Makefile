# Activation atlases: `make atlas` runs the pipeline, each stage a program that reads and writes
# files. Only what a changed parameter or input touches is made again. `make help` lists all there is.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

# Machine facts (paths, THREADS …) may be kept in local.mk; the recipe gives what is still unset.
-include local.mk
RECIPE ?= $(if $(MODEL)$(DATASET),default,world)
RECIPE := $(RECIPE)
ifeq ($(wildcard Pipelines/$(RECIPE).mk),)
$(error There is no recipe $(RECIPE); there are: $(basename $(notdir $(wildcard Pipelines/*.mk))))
endif
include Pipelines/$(RECIPE).mk

# ---------------------------------------------------------------- what to make

# Images per class of the synthetic world, drawn with a seed that its network was not trained on.
PICTURES   ?= 40
WORLD_SEED ?= 2
WORLD      := Data/world/seed$(WORLD_SEED)-$(PICTURES)

# With neither MODEL nor DATASET: the synthetic world and its network.
ifeq ($(MODEL)$(DATASET),)
  IS_WORLD := yes
  MODEL    := Data/models/synthetic-world/synthetic-world.onnx
  DATASET  := $(WORLD)
  LAYER    ?= mixed4c
endif
MODEL   ?=
DATASET ?=
LAYER   ?=
CARD    ?=
SEED    ?= 0
THREADS ?= 0
# Another layout of the same photographs to stay near, and the most memory a stage may take.
ALIGN_TO     ?=
MEMORY_LIMIT ?=

comma := ,
empty :=
space := $(empty) $(empty)
NETWORK := $(basename $(notdir $(MODEL)))
OUT     ?= Data/atlas/$(NETWORK)/$(subst :,_,$(subst /,_,$(LAYER)))
GRIDS   := $(subst $(comma),$(space),$(GRID))
ATLASES := $(foreach grid,$(GRIDS),$(OUT)/atlas-$(grid).png)

BIN    := .build/release
COMMON := --threads $(THREADS)
BUILT  := .build/built

PYTHON ?= python3

.PHONY: atlas world network build test quick-test bench check-networks bench-peers bench-embedding fuzz format lint clean help packages FORCE
.DEFAULT_GOAL := help

atlas: $(OUT)/atlas.png ## Make the atlas of a layer (LAYER, MODEL, DATASET, GRID, STEPS … below)
	@echo "$(OUT)/atlas.png"

world: $(WORLD).jpg ## Draw the synthetic world (PICTURES per class, WORLD_SEED)
	@echo "$(WORLD) $(WORLD).jpg"

# The contact sheet comes last: where it is, all images are, unless their folder was removed.
$(WORLD).jpg: $(if $(wildcard $(WORLD)/world.json),,FORCE) | $(BUILT)
	$(BIN)/atlas-synthesize --output $(WORLD) --count $(PICTURES) --seed $(WORLD_SEED) \
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
SWIFT_BUILD := swift build --configuration release

$(BUILT): $(SOURCES) | packages
	$(SWIFT_BUILD) >&2
	@touch $@

build: $(BUILT) ## Build the programs into .build/release

packages: ## Check the system packages; install them where that is allowed
	@Scripts/install-packages

# The tests of the scripts want Python 3.9, as the scripts do.
test: packages ## Build and run all tests
	@if command -v python3 > /dev/null; then python3 -m unittest Scripts/tests/test_*.py; \
	else echo "skipped: the tests of Scripts need python3"; fi
	swift test --configuration release

quick-test: packages ## Build, and run the quick tests: under a minute once built
	QUICK_TESTS=1 swift test --configuration release --disable-xctest

# GoogLeNet on photographs where they are at hand, else the network and pictures of the atlas.
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
	$(PYTHON) Scripts/check_families.py --keep
	$(PYTHON) Scripts/check_attribution.py
	$(PYTHON) Scripts/check_tensorflow.py

bench-peers: $(BUILT) ## Measure this project, torch and onnxruntime at the same work
	$(PYTHON) Scripts/prepare-python peers
	$(PYTHON) Scripts/bench_peers.py

bench-embedding: $(BUILT) ## Measure layouts by this project, umap-learn and openTSNE of the same rows
	$(PYTHON) Scripts/prepare-python embedding
	$(PYTHON) Scripts/bench_embedding.py

fuzz: $(BUILT) ## Read and run 100,000 damaged network files
	$(BIN)/model-fuzzing --count 100000 --jobs $$(nproc) --failures Data/work/fuzzing
	$(BIN)/model-fuzzing --tensorflow --count 20000 --jobs $$(nproc) --failures Data/work/fuzzing

FORMATTED := Package.swift Sources Tests
format: ## Format the Swift files
	swift format --in-place --recursive $(FORMATTED)

lint: ## Check the Swift files' format
	swift format lint --strict --recursive $(FORMATTED)

clean: ## Remove what was built, measured and drawn; atlases in Data/atlas stay
	rm -rf .build Data/work Data/world

help: ## Show this
	@echo "make atlas LAYER=mixed4c [RECIPE=$(RECIPE)] [NAME=value …]"
	@echo "make atlas MODEL=network.onnx DATASET=photos LAYER=mixed4c [RECIPE=$(RECIPE)] [NAME=value …]"
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 18
	@echo
	@echo "Parameters and their values under RECIPE=$(RECIPE)" \
	  "(recipes: $(basename $(notdir $(wildcard Pipelines/*.mk)))):"
	@$(foreach name,$(PARAMETERS),printf '  %-16s %s\n' '$(name)' '$($(name))';)

PARAMETERS := MODEL CARD DATASET PICTURES WORLD_SEED LAYER OUT SEED THREADS POSITIONS INCLUDE_EDGES CLASSES \
  COMPONENTS CONDITION METRIC RECALL METHOD PERPLEXITY EXAGGERATION NEIGHBORS MIN_DIST EPOCHS START \
  ALIGN_TO ALIGNMENT STABILITY MEMORY_LIMIT GRID MINIMUM_COUNT \
  ICON_SIZE STEPS ATTEMPTS PRECISION WHITEN COSINE_POWER VIGNETTE GAP

# ---------------------------------------------------------------- the pipeline

# A stage's parameters lie in a small file that changes only when they do.
STAMPS := $(OUT)/.parameters
define parameters
$(STAMPS)/$(1): FORCE
	@mkdir -p $$(@D)
	@printf '%s\n' '$(2)' | cmp --silent - $$@ || printf '%s\n' '$(2)' > $$@
endef

EXTRACT  := --layer $(LAYER) --positions $(POSITIONS) --classes $(CLASSES) --seed $(SEED) \
  $(if $(filter yes,$(INCLUDE_EDGES)),--include-edges)
# As many neighbours as either method wants, so that both and all their settings share one search.
SEARCHED := $(shell awk 'BEGIN { p = 3 * $(PERPLEXITY); k = int(p) + (p > int(p)); \
  if (k < $(NEIGHBORS)) k = $(NEIGHBORS); print k }')
NEAR     := --metric $(METRIC) --neighbors $(SEARCHED) --recall $(RECALL) --seed $(SEED)
EMBED    := --method $(METHOD) $(if $(filter tsne,$(METHOD)),--perplexity $(PERPLEXITY) \
  --exaggeration $(EXAGGERATION),--neighbors $(NEIGHBORS) --min-dist $(MIN_DIST) --epochs $(EPOCHS)) \
  --start $(START) $(if $(ALIGN_TO),--align-to $(ALIGN_TO) --alignment $(ALIGNMENT)) \
  --stability $(STABILITY) --seed $(SEED)
MEMORY   := $(if $(MEMORY_LIMIT),--memory-limit $(MEMORY_LIMIT))
RENDER   := --layer $(LAYER) --size $(ICON_SIZE) --steps $(STEPS) --attempts $(ATTEMPTS) \
  --cosine-power $(COSINE_POWER) --vignette $(VIGNETTE) --precision $(PRECISION) --seed $(SEED) \
  $(if $(filter yes,$(WHITEN)),--condition $(CONDITION),--no-whiten)
NETWORK_FILES := --model $(MODEL) $(if $(CARD),--card $(CARD))
NETWORK_INPUTS := $(wildcard $(MODEL) $(or $(CARD),$(basename $(MODEL)).json))
CLASS_INPUTS := $(filter-out auto folders names none,$(CLASSES))

$(eval $(call parameters,extract,$(NETWORK_FILES) --images $(DATASET) $(EXTRACT)))
$(eval $(call parameters,reduce,$(COMPONENTS)))
$(eval $(call parameters,first,$(firstword $(GRIDS))))
$(eval $(call parameters,neighbors,$(NEAR) $(COMPONENTS)))
$(eval $(call parameters,embed,$(EMBED)))
$(eval $(call parameters,grid,$(MINIMUM_COUNT)))
$(eval $(call parameters,render,$(NETWORK_FILES) $(RENDER)))
$(eval $(call parameters,assemble,--gap $(GAP)))

ifneq ($(filter atlas $(OUT)/%,$(MAKECMDGOALS)),)
  ifeq ($(MODEL),)
    $(error MODEL is not set: make atlas MODEL=network.onnx DATASET=photos LAYER=mixed4c)
  endif
  ifeq ($(wildcard $(MODEL)),)
    $(error MODEL=$(MODEL): there is no such file)
  endif
  ifeq ($(DATASET),)
    $(error DATASET is not set: give the folder of photographs beside MODEL)
  endif
  ifeq ($(IS_WORLD)$(wildcard $(DATASET)/.),)
    $(error DATASET=$(DATASET): there is no such folder of photographs)
  endif
  ifeq ($(LAYER),)
    $(error LAYER is not set: name a layer, for instance LAYER=mixed4c)
  endif
  DIGEST := $(firstword $(shell sha256sum $(MODEL)))
  ifeq ($(filter $(DIGEST),$(or $(file < $(STAMPS)/network),$(DIGEST))),)
    $(error $(OUT) holds the atlas of another network: set OUT, or remove that folder)
  endif
endif

# Which network the folder belongs to.
$(STAMPS)/network: | $(STAMPS)/extract
	@echo '$(DIGEST)' > $@

# The names, sizes and times of the pictures; drawn ones are the same whenever they are drawn.
$(STAMPS)/dataset: FORCE $(if $(IS_WORLD),$(WORLD).jpg)
	@mkdir -p $(@D)
	@find '$(DATASET)'/ \( -iname '*.jpg' -o -iname '*.jpeg' -o -iname '*.png' \) \
	  -printf '%P %s $(if $(IS_WORLD),,%T@)\n' | LC_ALL=C sort | sha256sum > $@.new
	@cmp --silent $@.new $@ && rm $@.new || mv $@.new $@

$(OUT)/activations.h5: $(NETWORK_INPUTS) $(CLASS_INPUTS) $(STAMPS)/dataset $(STAMPS)/extract \
    | $(STAMPS)/network $(BUILT)
	$(BIN)/atlas-extract $(NETWORK_FILES) --images $(DATASET) $(EXTRACT) --output $@ $(COMMON)

$(OUT)/components.h5: $(OUT)/activations.h5 $(STAMPS)/reduce | $(BUILT)
	$(BIN)/atlas-reduce --activations $< --components $(COMPONENTS) --output $@ $(COMMON)

# The neighbours apart, so that other settings of the layout do not search again.
LAID_OUT := $(if $(filter 0,$(COMPONENTS)),activations,components)
$(OUT)/neighbors.h5: $(OUT)/$(LAID_OUT).h5 $(STAMPS)/neighbors | $(BUILT)
	$(BIN)/atlas-neighbors --$(LAID_OUT) $< $(NEAR) $(MEMORY) --output $@ $(COMMON)

$(OUT)/layout.h5: $(OUT)/$(LAID_OUT).h5 $(OUT)/neighbors.h5 $(ALIGN_TO) $(STAMPS)/embed | $(BUILT)
	$(BIN)/atlas-embed --$(LAID_OUT) $< --neighbor-graph $(OUT)/neighbors.h5 $(EMBED) $(MEMORY) \
	  --output $@ $(COMMON)

# One file a grid, so that another grid leaves the first one's icons alone.
$(OUT)/cells-%.h5: $(OUT)/activations.h5 $(OUT)/layout.h5 $(STAMPS)/grid | $(BUILT)
	$(BIN)/atlas-grid --activations $< --layout $(OUT)/layout.h5 --grid $* \
	  --minimum-count $(MINIMUM_COUNT) --output $@ $(COMMON)

# The whitening matrix is made of the second moment, so that CONDITION leaves the layout alone.
WHITENING := $(if $(filter yes,$(WHITEN)),$(OUT)/components.h5)
$(OUT)/icons-%.h5: $(OUT)/cells-%.h5 $(WHITENING) $(NETWORK_INPUTS) $(STAMPS)/render | $(BUILT)
	$(BIN)/atlas-render $(NETWORK_FILES) --cells-file $< $(addprefix --components ,$(WHITENING)) \
	  $(RENDER) --output $@ $(COMMON)

$(OUT)/atlas-%.png $(OUT)/atlas-%.json &: $(OUT)/icons-%.h5 $(STAMPS)/assemble | $(BUILT)
	$(BIN)/atlas-assemble --icons $< --gap $(GAP) --output $(OUT)/atlas-$* $(COMMON)

# The first grid's atlas under a name that does not change.
$(OUT)/atlas.png: $(ATLASES) $(ATLASES:.png=.json) $(STAMPS)/first
	@cp $(basename $<).json $(basename $@).json
	@cp $< $@.new && mv $@.new $@

.SECONDARY:
FORCE:
