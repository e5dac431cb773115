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

comma := ,
empty :=
space := $(empty) $(empty)
# A text as one word of the shell.
quote = '$(subst ','\'',$(1))'

# What is given beside settings.
INPUTS := MODEL CARD DATASET LAYER JUDGE OUT CLASS A B CLASS_GRID FROM TO HELD_OUT BESIDE ALIGN_TO COLUMNS SHARDS CORES IMAGES CLUSTER_SETTINGS DRY_RUN CHANGED_PROGRAMS FILTER TESTED WORLD_IMAGES WORLD_SEED RECIPE PYTHON PREFIX V BENCH_MODEL BENCH_IMAGES
help.MODEL        := The network, an ONNX file or a frozen TensorFlow graph
help.CARD         := Its model card, if that does not lie beside it
help.DATASET      := The folder of images
help.LAYER        := The layer, by its name in the network's file or in the card
help.JUDGE        := Another network that says what it sees in the icons
help.OUT          := The folder that everything lands in; layouts and atlases lie below it, in tsne or umap
help.CLASS        := The class of make class-atlas, by name or number
help.A            := The class on the left of make compare
help.B            := The class on the right
help.CLASS_GRID   := Cells along a side of the atlas of a class
help.FROM         := The class whose pictures patches of make patches are to turn into another; by default all
help.TO           := The class that they are to be taken for; by default what is most confusable
help.HELD_OUT     := Pictures that the atlas was not made of, in folders of classes, to try patches on
help.BESIDE       := Folders of other atlases of the network, OUT/METHOD, to be explored beside this one
help.ALIGN_TO     := Another layout.h5 of the same images to stay near
help.COLUMNS      := A table of the images, whose columns of numbers are averaged over cells
help.SHARDS       := Shards of what takes long (sampling, neighbors, icons, effects), made side by side by make -j
help.CORES        := Numbers of cores that make estimate forecasts the time for, with commas
help.IMAGES       := The number of images that make estimate forecasts for, if not those of DATASET
help.CLUSTER_SETTINGS := What jobs ask for of a cluster; by default Pipelines/slurm/settings.conf
help.DRY_RUN      := yes shows what make submit would submit
help.CHANGED_PROGRAMS := yes lets make resume go on with programs that were built anew
help.WORLD_IMAGES := Images per class of the synthetic world
help.WORLD_SEED   := Seed of the synthetic world; its network was trained on 0 and validated on 1
help.RECIPE       := A set of values, one of: $(RECIPES)
help.PYTHON       := The Python of make network, check-networks and the comparisons
help.PREFIX       := Where make install puts the programs, in its folder bin
help.V            := 1 shows the commands of the stages
help.FILTER       := The tests that make test runs: a regular expression of suites or Suite/function
help.TESTED       := The folder of the explorer that make test-explorer tests; by default a small one is made
help.BENCH_MODEL  := The network that make bench measures
help.BENCH_IMAGES := The images that make bench measures with

# A misspelt variable would be ignored in silence, and a word that there is not would be read as another.
GIVEN   := $(foreach name,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(name)))),$(name)))
UNKNOWN := $(firstword $(filter-out $(SETTINGS) $(INPUTS) BIN BUILT SWIFT_BUILD SWIFT_TEST MAKEFLAGS GOAL SELECT_FROM LEAFLET COSTS,$(GIVEN)))
ifneq ($(UNKNOWN),)
  $(error There is no setting $(UNKNOWN); the nearest is \
    $(shell Scripts/nearest-name '$(UNKNOWN)' $(SETTINGS) $(INPUTS)), make help lists all)
endif
$(foreach name,$(SETTINGS),$(if $(words.$(name)),$(if $(filter $(words.$(name)),$($(name))),,\
  $(error $(name)=$($(name)): it must be one of: $(words.$(name))))))

# What is given and does not change the atlas, as it belongs to what is not made.
unread.tsne := MIN_DIST EPOCHS NEIGHBORS
unread.umap := PERPLEXITY EXAGGERATION
unread.no   := CONDITION
UNREAD := $(filter $(unread.$(METHOD)) $(unread.$(WHITEN)) $(if $(ALIGN_TO),,ALIGNMENT),$(GIVEN))
ifneq ($(and $(UNREAD),$(filter 0,$(MAKELEVEL)),$(filter atlas explain explore submit resume plan estimate,$(MAKECMDGOALS))),)
  why = $(if $(filter CONDITION,$(1)),WHITEN=$(WHITEN),$(if $(filter ALIGNMENT,$(1)),there is no ALIGN_TO,METHOD=$(METHOD)))
  $(foreach name,$(UNREAD),$(shell echo 'warning: $(name) does not change the atlas: $(call why,$(name))' >&2))
endif

# In the environment COLUMNS is the width of a terminal: it is not read from there, nor passed on to programs.
ifeq ($(origin COLUMNS),environment)
  COLUMNS :=
endif
unexport COLUMNS

SHARDS ?= 1
NUMBERS := $(if $(filter-out 1,$(SHARDS)),$(shell seq 0 $$(($(SHARDS) - 1))))
ifneq ($(shell test $(call quote,$(SHARDS)) -ge 1 -a $(call quote,$(SHARDS)) -le 10000 2> /dev/null && echo yes),yes)
  $(error SHARDS=$(SHARDS): give a number from 1 to 10000)
endif

# Names of files and layers may hold any sign: they are taken as they are given, and quoted below.
NAMES := MODEL CARD DATASET LAYER JUDGE CLASSES CLASS A B FROM TO HELD_OUT ALIGN_TO COLUMNS OUT SELECT_FROM
$(foreach name,$(NAMES),$(if $(filter undefined,$(origin $(name))),,$(eval override $(name) := $$(value $(name)))))

# Images per class of a synthetic world, drawn with a seed that its network was not trained on; and of the next seed,
# to try patches on.
WORLD_IMAGES ?= 40
WORLD_SEED   ?= 2
WORLD_KIND   ?= everyday
world_folder  = Data/world/$(if $(filter planted,$(WORLD_KIND)),planted-)seed$(1)-$(WORLD_IMAGES)
WORLD        := $(call world_folder,$(WORLD_SEED))
HELD_OUT_SEED  := $(shell expr $(WORLD_SEED) + 1 2> /dev/null || echo 3)
HELD_OUT_WORLD := $(call world_folder,$(HELD_OUT_SEED))

# With neither MODEL nor DATASET: a synthetic world and its network.
world.model.everyday := synthetic-world
world.judge.everyday := Data/models/synthetic-judge/synthetic-judge.onnx
world.model.planted  := planted-world
world.size.planted   := 96
ifeq ($(MODEL)$(DATASET),)
  IS_WORLD := yes
  MODEL    := Data/models/$(world.model.$(WORLD_KIND))/$(world.model.$(WORLD_KIND)).onnx
  DATASET  := $(WORLD)
  HELD_OUT ?= $(HELD_OUT_WORLD)
  JUDGE    ?= $(world.judge.$(WORLD_KIND))
  LAYER    ?= mixed4c
endif
MODEL    ?=
JUDGE    ?=
DATASET  ?=
LAYER    ?=
CARD     ?=
ALIGN_TO ?=
CLASS    ?=
A        ?=
B        ?=
FROM     ?=
TO       ?=
HELD_OUT ?=
CLASS_GRID ?= 8
# Folders of other atlases of the network, OUT/METHOD, to be explored beside this one.
BESIDE   ?=
# What is made, and the folder of the atlas that a class's samples come from.
GOAL        ?= atlas
SELECT_FROM ?=
COLUMNS  ?=

# One folder for each network, layer and folder of images. What layouts share lies in it, and each
# method's layout with its atlases in a folder below.
folder_name = $(shell Scripts/folder-name $(call quote,$(1)))
ifeq ($(origin OUT),undefined)
  OUT := Data/atlas/$(call folder_name,$(shell basename $(call quote,$(MODEL)) | sed 's/\.[^.]*$$//'))/$(call \
    folder_name,$(LAYER))/$(call folder_name,$(if $(DATASET),$(shell \
    basename -- "$$(realpath -m -- $(call quote,$(DATASET)))")))
endif
LAYOUT  := $(OUT)/$(METHOD)
STAMPS  := $(OUT)/.settings
GRIDS   := $(subst $(comma),$(space),$(GRID))
ATLASES := $(GRIDS:%=$(LAYOUT)/atlas-%.png)

BIN    ?= .build/release
COMMON := --threads $(THREADS)
BUILT  ?= .build/built

PYTHON ?= python3
LEAFLET := Data/work/leaflet/leaflet.js

.PHONY: atlas atlas-of-one explain explained explore explorer class-atlas compare patches patched effects submit status resume cancel test-cluster plan estimate costs layers install world network build test quick-test test-explorer bench check-images check-networks bench-peers bench-networks bench-icons bench-attribution bench-embedding fuzz \
  documentation format lint clean help packages FORCE
.DEFAULT_GOAL := help

atlas: | $(BUILT) ## Make the atlas of a layer (LAYER, MODEL, DATASET, GRID, STEPS … below)
	+@Scripts/alone $(OUT) sh -c '$(MAKE) --no-print-directory $(STAMPS)/planned && \
	  PLANNED=yes $(MAKE) --no-print-directory atlas-of-one'
	+@$(MAKE) --no-print-directory explorer || \
	  echo "warning: the atlas is complete, but not the page to explore it; make explore tries again" >&2

explain: | $(BUILT) ## Say what the cells argue for: classes with errors, real patches, a labelled poster
	+@Scripts/alone $(OUT) sh -c '$(MAKE) --no-print-directory GOAL=explanation $(STAMPS)/planned && \
	  PLANNED=yes $(MAKE) --no-print-directory GOAL=explanation explained'

explore: | $(BUILT) ## The same, and a page to explore it in a browser, with the atlases of its classes (BESIDE)
	+@$(MAKE) --no-print-directory explain && \
	  $(MAKE) --no-print-directory explorer

# The samples of a class are selected from those of an atlas, into a folder of its own, and go through the same
# stages. A name that no class has is found before anything is made.
class-atlas compare: | $(BUILT)
	+@classes=$$($(BIN)/atlas-network class $(MODEL_WORD) $(CARD_WORDS) $(CHOSEN) | paste -sd+) && \
	  folder=$$(Scripts/folder-name "$$classes") && \
	  Scripts/alone $(OUT) sh -c '$(MAKE) --no-print-directory GOAL=effects $(STAMPS)/planned && \
	    PLANNED=yes $(MAKE) --no-print-directory GOAL=effects effects' && \
	  $(MAKE) --no-print-directory OUT=$(OUT)/classes/$$folder SELECT_FROM=$(OUT) GRID=$(CLASS_GRID) \
	    $(if $(A)$(B),METHOD=tsne) explain
class-atlas: ## Make the atlas of a class, of the samples that argue for it (CLASS, CLASS_FILTER)
compare: ## Make the atlas of two classes, laid out by the difference of their effects (A, B)

patches: | $(BUILT) ## Search for patches that turn one class into another, and test them (FROM, TO, HELD_OUT, PAIRS)
	+@$(MAKE) --no-print-directory explore && \
	  Scripts/alone $(OUT) $(MAKE) --no-print-directory patched

plan: | $(BUILT) ## Show what make atlas would make, why, and at what cost
	+@SHOWN=--all Scripts/alone $(OUT) $(MAKE) --no-print-directory $(STAMPS)/planned

estimate: $(if $(IS_WORLD),$(WORLD).jpg) | $(BUILT) ## Time a small sample, and forecast time, memory and disk of each stage (CORES, SHARDS, IMAGES)
	+@python3 Pipelines/estimate/estimate.py --make $(call quote,$(MAKE)) --folder $(OUT) --bin $(BIN) --method $(METHOD) \
	  --grid $(GRID) --minimum-count $(MINIMUM_COUNT) --sharded '$(SHARDED)' --shards $(SHARDS) \
	  $(if $(CORES),--cores $(CORES)) $(if $(IMAGES),--image-count $(IMAGES)) \
	  --settings $(call quote,$(SETTINGS_FILE)) --images $(call quote,$(DATASET)) $(foreach \
	  name,RECIPE MODEL CARD LAYER JUDGE THREADS,$(if $($(name)),--given $(call quote,$(name)=$($(name)))))

# What the products would cost on one thread of a nominal machine; for make estimate.
costs: $(STAMPS)/asked | $(BUILT)
	@$(PLAN) --threads 1 --costs $(COSTS)

layers: | $(BUILT) ## List the layers of MODEL that suit, with their sizes, costs and receptive fields
	@$(BIN)/atlas-network summary $(MODEL_WORD) $(CARD_WORDS) --layers

world: $(WORLD).jpg ## Draw the synthetic world (WORLD_IMAGES per class, WORLD_SEED)
	@echo "$(WORLD) $(WORLD).jpg"

# The contact sheet comes last: where it is, all images are, unless their folder was removed.
drawing = $(BIN)/atlas-synthesize --world $(WORLD_KIND) $(addprefix --size ,$(world.size.$(WORLD_KIND))) \
  --output $(basename $@) --count $(WORLD_IMAGES) --seed $(1) --sheet $@ $(COMMON)
$(WORLD).jpg: $(if $(wildcard $(WORLD)/world.json),,FORCE) | $(BUILT)
	$(call drawing,$(WORLD_SEED))
$(HELD_OUT_WORLD).jpg: $(if $(wildcard $(HELD_OUT_WORLD)/world.json),,FORCE) | $(BUILT)
	$(call drawing,$(HELD_OUT_SEED))

# Images of two more seeds: one to train on, one to validate with.
TRAINING := Data/work/training
network: $(BUILT) ## Train the synthetic worlds' networks, or continue (PYTHON with torch; an hour)
	$(BIN)/atlas-synthesize --output $(TRAINING)/seed0 --count 600 --seed 0 $(COMMON)
	$(BIN)/atlas-synthesize --output $(TRAINING)/seed1 --count 80 --seed 1 $(COMMON)
	$(PYTHON) Scripts/train_default_network.py --images $(TRAINING)/seed0 \
	  --validation $(TRAINING)/seed1 --work $(TRAINING) --output Data/models/synthetic-world \
	  $(if $(filter-out 0,$(THREADS)),--threads $(THREADS))
	$(PYTHON) Scripts/train_default_network.py --layout residual --patches 0.5 --precision f32 --epochs 12 --seed 1 \
	  --images $(TRAINING)/seed0 --validation $(TRAINING)/seed1 --work $(TRAINING) \
	  --output Data/models/synthetic-judge $(if $(filter-out 0,$(THREADS)),--threads $(THREADS))
	$(BIN)/atlas-synthesize --world planted --size 96 --output $(TRAINING)/planted0 --count 600 --seed 0 $(COMMON)
	$(BIN)/atlas-synthesize --world planted --size 96 --output $(TRAINING)/planted1 --count 80 --seed 1 $(COMMON)
	$(PYTHON) Scripts/train_default_network.py --layout planted --pasted 0.5 --precision f32 --images $(TRAINING)/planted0 \
	  --validation $(TRAINING)/planted1 --work $(TRAINING)/planted --output Data/models/planted-world \
	  $(if $(filter-out 0,$(THREADS)),--threads $(THREADS))

# ---------------------------------------------------------------- build and checks

# The libraries and programs, built again when a source changes.
SOURCES := Package.swift $(shell find Sources -type f)
SWIFT_BUILD ?= swift build --configuration release
PROGRAMS    := extract reduce neighbors embed grid render judge assemble attribute evidence explore select propose patch conclude network plan synthesize
FURTHER     := atlas-place atlas-bench atlas-documentation model-fuzzing

# Program by program: a plain build would compile protoc as well, which is of no use here and takes as long
# as everything else together. What an atlas needs comes first.
building = for program in $(1); do echo "building $$program" >&2; $(SWIFT_BUILD) --product $$program >&2; done
$(BUILT): $(SOURCES) | packages
	@$(call building,$(PROGRAMS:%=atlas-%))
	@touch $@

ALL_BUILT ?= $(BUILT)-all
$(ALL_BUILT): $(BUILT)
	@$(call building,$(FURTHER))
	@touch $@

build: $(ALL_BUILT) ## Build the programs into .build/release

PREFIX ?= /usr/local
install: $(ALL_BUILT) ## Copy the programs into PREFIX/bin, with completions for bash and zsh
	@install -d $(PREFIX)/bin $(PREFIX)/share/bash-completion/completions $(PREFIX)/share/zsh/site-functions
	@for program in $(PROGRAMS:%=atlas-%) $(filter-out atlas-documentation,$(filter atlas-%,$(FURTHER))); do \
	  install --strip $(BIN)/$$program $(PREFIX)/bin/$$program; \
	  $(BIN)/$$program --generate-completion-script bash \
	    > $(PREFIX)/share/bash-completion/completions/$$program; \
	  $(BIN)/$$program --generate-completion-script zsh > $(PREFIX)/share/zsh/site-functions/_$$program; \
	done
	@echo "$(PREFIX)/bin"

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

# Browsers from Debian, and what drives them from PyPI.
EXPLORER_TEST := Data/work/explorer-test
test-explorer: $(BUILT) $(LEAFLET) ## Test the explorer's page in Chromium and Firefox (TESTED: the folder of another one)
	@Scripts/install-packages chromium firefox-esr python3-venv
	@$(PYTHON) Scripts/prepare-python explorer
	Data/work/venv-explorer/bin/oxlint --quiet --deny-warnings Sources/Atlas/Explorer/Page
	+$(if $(TESTED),@:,$(PYTHON) Scripts/explorer/make_fixture.py $(EXPLORER_TEST))
	Data/work/venv-explorer/bin/python Scripts/test-explorer \
	  $(call quote,$(or $(TESTED),$(EXPLORER_TEST)/mixed4c/tsne/explorer))

test-cluster: $(BUILT) ## Test jobs in a Slurm cluster that is started on this machine
	@Scripts/install-packages slurm-wlm munge
	@python3 Scripts/test-cluster

quick-test: packages ## Build, and run the quick tests: under a minute once built
	QUICK_TESTS=1 $(SWIFT_TEST)

# GoogLeNet on photographs where they are at hand, else the network and images of the atlas.
ifeq ($(IS_WORLD),yes)
  BENCH_MODEL  ?= $(or $(wildcard ../shared/models/googlenet/googlenet.onnx),$(MODEL))
  BENCH_IMAGES ?= $(or $(wildcard ../shared/images/imagenet-1000),$(DATASET))
endif
BENCH_MODEL  ?= $(MODEL)
BENCH_IMAGES ?= $(DATASET)
bench: $(ALL_BUILT) $(if $(filter $(WORLD),$(BENCH_IMAGES)),$(WORLD).jpg) ## Measure this machine into Data/work/bench.json (BENCH_MODEL, BENCH_IMAGES)
	@mkdir -p Data/work
	$(BIN)/atlas-bench --threads $(THREADS) $(if $(BENCH_MODEL),--model $(call quote,$(BENCH_MODEL))) \
	  $(if $(CARD),--card $(call quote,$(CARD))) --layer $(call quote,$(or $(LAYER),mixed4c)) \
	  $(if $(BENCH_IMAGES),--images $(call quote,$(BENCH_IMAGES))) --work Data/work --output Data/work/bench.json

# Comparisons with other frameworks, whose packages land below Data/work (several GB).
check-images: $(BUILT) ## Compare what networks see of images with PIL and torchvision
	$(PYTHON) Scripts/prepare-python peers
	$(PYTHON) Scripts/check_images.py

check-networks: $(BUILT) ## Compare networks of all families with torch, ONNX's node tests and TensorFlow
	$(PYTHON) Scripts/prepare-python peers tensorflow
	$(PYTHON) Scripts/check_node_tests.py
	$(PYTHON) Scripts/check_operators.py
	$(PYTHON) Scripts/check_families.py --keep
	$(PYTHON) Scripts/check_attribution.py
	$(PYTHON) Scripts/check_effects.py
	$(PYTHON) Scripts/check_tensorflow.py

bench-peers: $(ALL_BUILT) ## Measure this project, torch and onnxruntime at the same work
	$(PYTHON) Scripts/prepare-python peers
	$(PYTHON) Scripts/bench_peers.py

bench-networks: $(BUILT) ## Measure a forward pass of fifty networks, and onnxruntime's
	$(PYTHON) Scripts/prepare-python peers
	$(PYTHON) Scripts/bench_networks.py

bench-icons: $(ALL_BUILT) ## Measure icons of a whole atlas by an earlier version, this one and torch, judged by a second network
	$(PYTHON) Scripts/prepare-python peers
	$(PYTHON) Scripts/bench_icons.py

bench-attribution: $(BUILT) ## Measure how far effects can be trusted, by layer and rule (BENCH_MODEL, BENCH_IMAGES, LAYER)
	$(PYTHON) Scripts/prepare-python peers
	$(PYTHON) Scripts/bench_attribution.py --model $(call quote,$(BENCH_MODEL)) --images $(call quote,$(BENCH_IMAGES)) \
	  --layers $(call quote,$(or $(LAYER),mixed4c)) --rules exact,average,average-padded,l2 --steps 0,4

bench-embedding: $(ALL_BUILT) ## Measure layouts by this project, umap-learn and openTSNE of the same samples
	$(PYTHON) Scripts/prepare-python embedding
	$(PYTHON) Scripts/bench_embedding.py

fuzz: $(ALL_BUILT) ## Read and run 100,000 damaged network files, and 5,000 results with altered metadata
	$(BIN)/model-fuzzing --count 100000 --jobs $$(nproc) --failures Data/work/fuzzing
	$(BIN)/model-fuzzing --tensorflow --count 20000 --jobs $$(nproc) --failures Data/work/fuzzing
	ALTERED_FILES=400 ALTERED_FIRST=1000 ALTERED_FAILURES=$(CURDIR)/Data/work/fuzzing \
	  $(SWIFT_TEST) --filter AlteredMetadataTests

documentation: $(ALL_BUILT) ## Write what documents and make know of files and settings, from the code
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

help: ## Show this
	@echo "make atlas LAYER=mixed4c [NAME=value …]"
	@echo "make atlas MODEL=network.onnx DATASET=photos LAYER=mixed4c [RECIPE=quick] [NAME=value …]"
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' Makefile Pipelines/slurm/slurm.mk | expand -t 18
	@echo
	@echo "Settings, with their values under RECIPE=$(RECIPE):"
	@$(foreach name,$(INPUTS) $(SETTINGS),printf '  %-14s %-10s %s\n' \
	  $(name) $(call quote,$(or $($(name)),-)) $(call quote,$(help.$(name)));)

# ---------------------------------------------------------------- the pipeline

MODEL_WORD    := $(call quote,$(MODEL))
CARD_WORDS    := $(if $(CARD),--card $(call quote,$(CARD)))
NETWORK_FILES := --model $(MODEL_WORD) $(CARD_WORDS)
LAYER_WORDS   := --layer $(call quote,$(LAYER))
IMAGE_WORDS   := --images $(call quote,$(DATASET))
# The classes of the atlas of a class, or of a comparison.
CHOSEN        := $(foreach name,CLASS A B,$(if $($(name)),--class $(call quote,$($(name)))))
LAID_OUT      := $(if $(filter 0,$(COMPONENTS)),activations,components)
ALIGN         := $(if $(ALIGN_TO),--align-to $(call quote,$(ALIGN_TO)))
TABLE         := $(if $(COLUMNS),--columns $(call quote,$(COLUMNS)))

# What programs take, for make estimate.
export ATLAS_USAGE := $(STAMPS)/usage.jsonl

# Stages say what they do; make shows their commands with V=1.
Q := $(if $(filter 1,$(V)),,@)

# Mistakes that the programs would find late, or make would not survive.
exists = $(shell test -$(1) $(call quote,$(2)) && echo yes)
ifneq ($(filter atlas atlas-of-one explain explore class-atlas compare patches submit resume plan estimate costs layers $(OUT)/%,$(MAKECMDGOALS)),)
  ifeq ($(MODEL),)
    $(error MODEL is not set: make atlas MODEL=network.onnx DATASET=photos LAYER=mixed4c)
  endif
  ifeq ($(call exists,f,$(MODEL)),)
    $(error MODEL=$(MODEL): there is no such file)
  endif
endif
ifneq ($(filter class-atlas,$(MAKECMDGOALS)),)
  ifeq ($(CLASS),)
    $(error CLASS is not set: make class-atlas CLASS=snorkel, a name or a number of the network's classes)
  endif
endif
ifneq ($(filter compare,$(MAKECMDGOALS)),)
  ifeq ($(and $(A),$(B)),)
    $(error A or B is not set: make compare A=snorkel B='scuba diver', two of the network's classes)
  endif
endif
ifneq ($(filter patches,$(MAKECMDGOALS)),)
  ifeq ($(HELD_OUT),)
    $(error HELD_OUT is not set: give a folder of pictures that the atlas is not made of, in folders of classes)
  endif
  ifeq ($(filter $(HELD_OUT_WORLD),$(HELD_OUT))$(call exists,d,$(HELD_OUT)),)
    $(error HELD_OUT=$(HELD_OUT): there is no such folder of pictures)
  endif
endif
ifneq ($(filter atlas atlas-of-one explain explore class-atlas compare patches submit resume plan estimate costs $(OUT)/%,$(MAKECMDGOALS)),)
  ifeq ($(DATASET),)
    $(error DATASET is not set: give the folder of images beside MODEL)
  endif
  ifeq ($(IS_WORLD)$(call exists,d,$(DATASET)),)
    $(error DATASET=$(DATASET): there is no such folder of images)
  endif
  ifeq ($(LAYER),)
    $(error LAYER is not set: name a layer of the network; make layers MODEL=$(MODEL) lists those that suit)
  endif
  ifneq ($(shell printf %s $(call quote,$(OUT)) | LC_ALL=C tr -d 'A-Za-z0-9._+=@/-'),)
    $(error OUT=$(OUT): make cannot take this name; give one of letters, digits and . _ + = @ - /)
  endif
  ifeq ($(filter auto folders names none,$(CLASSES))$(call exists,f,$(CLASSES)),)
    $(error CLASSES=$(CLASSES): there is no such file; give one, or auto, folders, names or none)
  endif
  ifneq ($(COLUMNS),)
    ifeq ($(call exists,f,$(COLUMNS)),)
      $(error COLUMNS=$(COLUMNS): there is no such file)
    endif
  endif
  ifneq ($(shell printf %s $(call quote,$(GRID)) | tr -d '0-9,'),)
    $(error GRID=$(GRID): give one number, or several with commas)
  endif
endif

# What decides the products of each stage, as its program reads the settings: 20 and 20.0 are the same, and
# what is for another method does not count. All programs are asked before anything is made, so that a mistake
# costs no finished work. Then atlas-plan holds it against what the files say of themselves, and leaves a
# stamp for each product, younger than the product if that must be made. (+: also under make -n, which then
# shows what would be made.)
asked = test ! -x $(BIN)/$(call program,$(1)) || \
  $(BIN)/$(call program,$(1)) --record-settings $(options.$(1)) $(2) > $(STAMPS)/$(1).asked
program = atlas-$(or $(program.$(1)),$(1))
# Effects of all samples, from which those of classes are selected.
program.effects := attribute
options.effects = --rows all --max-pool $(call quote,$(MAX_POOL)) --path-steps $(PATH_STEPS) --seed $(call quote,$(SEED))
# The poster is another picture of the same icons.
program.poster := assemble
options.poster  = $(options.assemble)
OWN_EFFECTS := $(and $(SELECT_FROM),$(filter magnitude,$(CLASS_FILTER)))
CONTRAST    := $(if $(and $(A),$(B),$(SELECT_FROM)),--dimensions 1 --contrast $(OUT)/activations.h5)
SHOWN ?=
PLAN = $(BIN)/atlas-plan $(NETWORK_FILES) $(IMAGE_WORDS) $(LAYER_WORDS) --folder $(OUT) \
  --method $(METHOD) --grid $(GRID) --asked $(STAMPS) $(ALIGN) $(TABLE) \
  $(if $(filter 0,$(COMPONENTS)),--raw-activations) $(if $(filter no,$(WHITEN)),--no-whiten) \
  $(if $(JUDGE),--judge $(call quote,$(JUDGE))) $(if $(IS_WORLD),--drawn-images) --goal $(GOAL) \
  $(if $(SELECT_FROM),--select-from $(SELECT_FROM) $(if $(OWN_EFFECTS),--own-effects) $(if $(CONTRAST),--contrast)) \
  $(COMMON)
$(STAMPS)/asked: FORCE $(if $(IS_WORLD),$(WORLD).jpg) | $(BUILT)
	+@mkdir -p $(@D)
	+@$(call asked,extract)
	+@$(call asked,reduce)
	+@$(call asked,neighbors)
	+@$(call asked,embed,--neighbor-graph neighbors.h5 $(ALIGN) $(CONTRAST))
	+@$(call asked,grid,--grid $(GRID))
	+@$(call asked,render)
	+@$(call asked,assemble)
	+@$(call asked,select)
	+@$(call asked,attribute)
	+@$(call asked,effects)
	+@$(call asked,evidence)
	+@$(call asked,poster)
	+@touch $@

$(STAMPS)/planned: FORCE $(STAMPS)/asked
	+@test ! -x $(BIN)/atlas-plan || $(PLAN) --stamps $(SHOWN)

# make looks at the time of a target before it updates what that is made from: the plan, which sets times
# right, comes in a make of its own before.
PLANNED ?=
# Of a folder of patches, that of its list under the folder's name.
stamp_name = $(if $(filter evidence.json,$(notdir $(1))),$(notdir $(patsubst %/,%,$(dir $(1)))).json,$(notdir $(1)))
define stamp
$(STAMPS)/$(call stamp_name,$(1)): $(if $(PLANNED),,$(STAMPS)/planned)
	+@test -e $$@ || touch $$@
$(1): $(STAMPS)/$(call stamp_name,$(1)) | $(BUILT)
endef

CELLS    := $(GRIDS:%=$(LAYOUT)/cells-%.h5)
ICONS    := $(GRIDS:%=$(LAYOUT)/icons-%.h5)
REPORTS  := $(GRIDS:%=$(LAYOUT)/icons-%.json)
EFFECTS  := $(GRIDS:%=$(LAYOUT)/attribution-%.h5)
EVIDENCE := $(GRIDS:%=$(LAYOUT)/evidence-%/evidence.json)
POSTERS  := $(GRIDS:%=$(LAYOUT)/poster-%.png)
PRODUCTS := $(OUT)/activations.h5 $(OUT)/components.h5 $(OUT)/neighbors.h5 $(OUT)/effects.h5 \
  $(LAYOUT)/layout.h5 $(CELLS) $(ICONS) $(REPORTS) $(ATLASES) $(LAYOUT)/atlas.png $(EFFECTS) $(POSTERS) $(EVIDENCE)
$(foreach file,$(PRODUCTS),$(eval $(call stamp,$(file))))

# What was made of a file that is another now, in all grids and methods: nothing old lies beside it.
of_layout  = $(addprefix $(1)/,cells-*.h5 icons-*.h5 icons-*.json icons-*.png atlas*.png atlas*.json \
  attribution-*.h5 poster-*.* evidence-*/*)
of_samples = $(foreach method,$(words.METHOD),$(addprefix $(OUT)/$(method)/,layout.h5 layout.json layout-*.png) \
  $(call of_layout,$(OUT)/$(method)))

atlas-of-one: $(LAYOUT)/atlas.png $(ATLASES) $(EVIDENCE)
	@test ! -x $(BIN)/atlas-plan || $(PLAN) --result

explained: $(LAYOUT)/atlas.png $(ATLASES) $(EFFECTS) $(EVIDENCE) $(POSTERS)
	@test ! -x $(BIN)/atlas-plan || $(PLAN) --result

# What whitens a class's icons is that of all samples, and is made with their effects.
effects: $(if $(filter magnitude,$(CLASS_FILTER)),$(OUT)/activations.h5,$(OUT)/effects.h5) $(if $(filter yes,$(WHITEN)),$(OUT)/components.h5)
	@test ! -x $(BIN)/atlas-plan || $(PLAN) --result > $(STAMPS)/output

# The commands of the stages; of those that work grid by grid, with the grid as the argument.
command.extract   = $(BIN)/atlas-extract $(NETWORK_FILES) $(IMAGE_WORDS) $(LAYER_WORDS) $(options.extract) \
  --output $(OUT)/activations.h5.new $(COMMON)
command.effects   = $(BIN)/atlas-attribute $(NETWORK_FILES) $(LAYER_WORDS) $(IMAGE_WORDS) \
  --activations $(or $(SELECT_FROM),$(OUT))/activations.h5 $(options.effects) $(if $(SELECT_FROM),$(CHOSEN)) \
  --output $(OUT)/effects.h5 $(COMMON)
command.reduce    = $(BIN)/atlas-reduce --activations $(OUT)/activations.h5 $(options.reduce) \
  --output $(OUT)/components.h5 $(COMMON)
# The neighbors apart, so that other settings of the layout do not search again.
command.neighbors = $(BIN)/atlas-neighbors --$(LAID_OUT) $(OUT)/$(LAID_OUT).h5 $(options.neighbors) \
  --output $(OUT)/neighbors.h5 $(COMMON)
command.embed     = $(BIN)/atlas-embed --$(LAID_OUT) $(OUT)/$(LAID_OUT).h5 --neighbor-graph $(OUT)/neighbors.h5 \
  $(options.embed) $(ALIGN) $(CONTRAST) --output $(LAYOUT)/layout.h5 $(COMMON)
# One file per grid, so that another grid leaves the first one's icons alone.
command.grid      = $(BIN)/atlas-grid --activations $(OUT)/activations.h5 --layout $(LAYOUT)/layout.h5 --grid $(1) \
  $(TABLE) $(options.grid) --output $(LAYOUT)/cells-$(1).h5 $(COMMON)
# The whitening matrix is made of the second moment, so that CONDITION leaves the layout alone.
WHITENING := $(if $(filter yes,$(WHITEN)),$(or $(SELECT_FROM),$(OUT))/components.h5)
command.render    = $(BIN)/atlas-render $(NETWORK_FILES) $(LAYER_WORDS) --cells-file $(LAYOUT)/cells-$(1).h5 \
  $(addprefix --components ,$(WHITENING)) $(options.render) --output $(LAYOUT)/icons-$(1).h5 $(COMMON)
command.judge     = $(BIN)/atlas-judge $(NETWORK_FILES) --icons $(LAYOUT)/icons-$(1).h5 \
  --cells-file $(LAYOUT)/cells-$(1).h5 $(IMAGE_WORDS) $(if $(JUDGE),--judge $(call quote,$(JUDGE))) \
  --output $(LAYOUT)/icons-$(1).json $(COMMON)
command.assemble  = $(BIN)/atlas-assemble --icons $(LAYOUT)/icons-$(1).h5 --report $(LAYOUT)/icons-$(1).json \
  $(options.assemble) --output $(LAYOUT)/atlas-$(1) $(COMMON)
command.attribute = $(BIN)/atlas-attribute $(NETWORK_FILES) $(LAYER_WORDS) $(IMAGE_WORDS) \
  --activations $(OUT)/activations.h5 --cells-file $(LAYOUT)/cells-$(1).h5 $(options.attribute) \
  --output $(LAYOUT)/attribution-$(1).h5 $(COMMON)
command.evidence  = $(BIN)/atlas-evidence $(NETWORK_FILES) $(IMAGE_WORDS) --cells-file $(LAYOUT)/cells-$(1).h5 \
  $(options.evidence) --output $(LAYOUT)/evidence-$(1) $(COMMON)
command.poster    = $(BIN)/atlas-assemble --labels --icons $(LAYOUT)/icons-$(1).h5 \
  --attribution $(LAYOUT)/attribution-$(1).h5 --cells-file $(LAYOUT)/cells-$(1).h5 --layout $(LAYOUT)/layout.h5 \
  --activations $(OUT)/activations.h5 $(options.poster) --output $(LAYOUT)/poster-$(1) $(COMMON)
command.explore   = $(BIN)/atlas-explore $(foreach folder,$(EXPLORED),--atlas $(folder)) $(IMAGE_WORDS) \
  --leaflet $(dir $(LEAFLET)) $(options.explore) --output $(patsubst %/,%,$(dir $(EXPLORER))) $(COMMON)

# What follows a command. Where sampling again gives the same bytes, as after a touched image, the file keeps its time,
# and nothing else is made. The shards go last: a run that is killed before puts them together again.
after.extract = { if cmp --silent $(OUT)/activations.h5.new $(OUT)/activations.h5; then rm $(OUT)/activations.h5.new; \
  else rm -f $(OUT)/components.h5 $(OUT)/neighbors.h5 $(of_samples); \
  mv $(OUT)/activations.h5.new $(OUT)/activations.h5; fi; cp $(STAMPS)/images.asked $(STAMPS)/images.made && \
  rm -rf $(OUT)/activations.h5.new.parts; }
after.embed   = rm -f $(call of_layout,$(LAYOUT))
# The first grid's atlas under a name that does not change.
first_atlas   = for ending in json png; do cp $(1).$$ending $(LAYOUT)/atlas.$$ending.new; \
  mv $(LAYOUT)/atlas.$$ending.new $(LAYOUT)/atlas.$$ending; done

# What takes long is made in one piece or in shards: each shard is a run of the same command, which finds it done or does
# it, and the last run puts them together to the same bytes. Whether a shard is there and fits is for the program to
# say, by what the shard says of itself; its time says nothing.
keep.extract = --keep-shards
SHARDED := extract neighbors render attribute effects patch
# The work of a stage, of a grid where it works grid by grid: $(call made,render,20).
in_shards = $(if $(filter $(1),$(SHARDED)),$(NUMBERS))
# The command that finishes it: all of it, or what puts the shards together.
last  = $(call command.$(1),$(2))$(if $(in_shards), --merge $(SHARDS) $(keep.$(1)))
whole = $(last)$(if $(after.$(1)), && $(after.$(1)))
made  = $(if $(in_shards),+)$(Q)$(if $(in_shards),$(MAKE) --no-print-directory \
  $(NUMBERS:%=shard/$(1)/$(or $(2),all)/%) && )$(last) > $(STAMPS)/output$(if $(after.$(1)), && $(after.$(1)))
shard/%:
	$(Q)$(call command.$(word 1,$(subst /, ,$*)),$(word 2,$(subst /, ,$*))) \
	  --shard $(word 3,$(subst /, ,$*))/$(SHARDS) > /dev/null

ifeq ($(SELECT_FROM),)
$(OUT)/activations.h5:
	$(call made,extract)
else
SELECTED_BY := $(if $(OWN_EFFECTS),$(OUT),$(SELECT_FROM))/effects.h5
$(OUT)/activations.h5: $(SELECT_FROM)/activations.h5 $(SELECTED_BY)
	$(Q)$(BIN)/atlas-select $(NETWORK_FILES) --activations $< --attribution $(SELECTED_BY) $(CHOSEN) \
	  $(options.select) --output $@ $(COMMON) > $(STAMPS)/output
	@rm -f $(OUT)/components.h5 $(OUT)/neighbors.h5 $(of_samples)
endif

# The effects of all samples; on a class alone where they are for its atlas.
$(OUT)/effects.h5: $(or $(SELECT_FROM),$(OUT))/activations.h5
	$(call made,effects)

$(OUT)/components.h5: $(OUT)/activations.h5
	$(call made,reduce)

$(OUT)/neighbors.h5: $(OUT)/$(LAID_OUT).h5
	$(call made,neighbors)

$(LAYOUT)/layout.h5: $(OUT)/$(LAID_OUT).h5 $(OUT)/neighbors.h5
	@mkdir -p $(@D)
	$(call made,embed)

$(CELLS): $(LAYOUT)/cells-%.h5: $(OUT)/activations.h5 $(LAYOUT)/layout.h5
	$(call made,grid,$*)

$(ICONS): $(LAYOUT)/icons-%.h5: $(LAYOUT)/cells-%.h5 $(WHITENING)
	$(call made,render,$*)

$(REPORTS): $(LAYOUT)/icons-%.json: $(LAYOUT)/icons-%.h5 $(LAYOUT)/cells-%.h5
	$(call made,judge,$*)

$(ATLASES): $(LAYOUT)/atlas-%.png: $(LAYOUT)/icons-%.h5 $(LAYOUT)/icons-%.json
	$(call made,assemble,$*)

$(EFFECTS): $(LAYOUT)/attribution-%.h5: $(LAYOUT)/cells-%.h5 $(OUT)/activations.h5
	$(call made,attribute,$*)

$(EVIDENCE): $(LAYOUT)/evidence-%/evidence.json: $(LAYOUT)/cells-%.h5
	$(call made,evidence,$*)

$(POSTERS): $(LAYOUT)/poster-%.png: $(LAYOUT)/icons-%.h5 $(LAYOUT)/attribution-%.h5 $(LAYOUT)/cells-%.h5
	$(call made,poster,$*)

$(LAYOUT)/atlas.png: $(firstword $(ATLASES))
	@$(call first_atlas,$(basename $<))

# The page of this atlas, of those of its classes, and of others that BESIDE names. It is made of whatever there is, in
# seconds, by the times of files and of the program: as targets they would be made again.
EXPLORER := $(LAYOUT)/explorer/index.html
EXPLORED  = $(LAYOUT) $(sort $(patsubst %/,%,$(dir $(wildcard $(OUT)/classes/*/$(METHOD)/atlas.png)))) $(BESIDE)
explorer: $(STAMPS)/explore-$(METHOD).made $(LEAFLET) | $(BUILT)
	$(Q)if test ! -e $(EXPLORER) || test -n "$$(find $< $(BIN)/atlas-explore $(wildcard $(foreach folder,$(EXPLORED),$(addprefix \
	  $(folder)/,icons-*.h5 icons-*.json attribution-*.h5 evidence-*/evidence.json))) -newer $(EXPLORER))"; then \
	  $(command.explore) > $(STAMPS)/output; fi
	@echo "  explorer: $(EXPLORER)"

$(STAMPS)/explore-$(METHOD).made: FORCE | $(BUILT)
	@mkdir -p $(@D) && echo $(call quote,$(EXPLORED) $(options.explore)) > $@.new
	@cmp --silent $@.new $@ && rm $@.new || mv $@.new $@

# Patches from cells of the first grid, tried on pictures that the atlas was not made of. Each program finds out whether
# its result is there already.
PATCHED := $(LAYOUT)/patches$(if $(FROM)$(TO),-$(call folder_name,$(or $(FROM),all)-$(or $(TO),all)))
command.propose  = $(BIN)/atlas-propose $(NETWORK_FILES) --activations $(OUT)/activations.h5 \
  --cells-file $(LAYOUT)/cells-$(firstword $(GRIDS)).h5 --attribution $(LAYOUT)/attribution-$(firstword $(GRIDS)).h5 \
  --icons $(LAYOUT)/icons-$(firstword $(GRIDS)).h5 --held-out $(call quote,$(HELD_OUT)) \
  $(if $(FROM),--from $(call quote,$(FROM))) $(if $(TO),--to $(call quote,$(TO))) $(options.propose) \
  --output $(PATCHED)/patches.h5 $(COMMON)
command.patch    = $(BIN)/atlas-patch $(NETWORK_FILES) --patches-file $(PATCHED)/patches.h5 \
  --held-out $(call quote,$(HELD_OUT)) $(options.patch) --output $(PATCHED)/outcomes.h5 $(COMMON)
command.conclude = $(BIN)/atlas-conclude $(NETWORK_FILES) --patches-file $(PATCHED)/patches.h5 \
  --outcomes $(PATCHED)/outcomes.h5 --held-out $(call quote,$(HELD_OUT)) --explorer ../explorer/index.html \
  $(options.conclude) --output $(PATCHED) $(COMMON)
patched: $(if $(filter $(HELD_OUT_WORLD),$(HELD_OUT)),$(HELD_OUT_WORLD).jpg) | $(BUILT)
	@mkdir -p $(PATCHED)
	$(call made,propose)
	$(call made,patch)
	$(call made,conclude)
	@echo "  patches: $(PATCHED)/index.html"

# The library that draws the explorer's map, from PyPI.
$(LEAFLET):
	@$(PYTHON) Scripts/fetch-leaflet $(@D)

include Pipelines/slurm/slurm.mk

FORCE:
