# The published atlases' settings (Carter et al., "Activation Atlas", Distill 2019), as far as they
# are known: one position per image, of a million images; UMAP of the raw activations;
# four grids; 1,024 steps and four restarts per icon; the objective's cosine to the fourth power.

POSITIONS  ?= 1
# Images per class of the synthetic world, where that is used: 79,000 in all.
WORLD_IMAGES ?= 1000
COMPONENTS ?= 0
# The paper inverts the second moment as it is; this keeps the inverse within single precision.
CONDITION  ?= 10000
METHOD     ?= umap
NEIGHBORS  ?= 50
MIN_DIST   ?= 0.05
GRID       ?= 20,40,80,160
STEPS      ?= 1024
MINIMUM_GAIN ?= 0
# Adam as lucid has it, at one rate.
LEARNING_RATE ?= 0.05
BETA1         ?= 0.9
BETA2         ?= 0.999
WEIGHT_DECAY  ?= 0
WARMUP        ?= 0
COOLDOWN      ?= 0
RESTARTS   ?= 4
# The published icons fade only where their transforms left them unseen.
VIGNETTE   ?= 0
BORDER     ?= gray
