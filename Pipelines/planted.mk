# The planted world, where neither MODEL nor DATASET is given: what a search for patches is measured by.

WORLD_KIND := planted

# Its images are small: the layers mixed4 have 3 × 3 positions without the border.
WORLD_IMAGES ?= 100
POSITIONS    ?= 30

# Its logits are saturated, by label smoothing: at the images themselves derivatives say little.
PATH_STEPS ?= 4

# Each trojan's target is the third of what its source is most taken for.
PAIRS          ?= 30
TARGETS        ?= 3
PATCH_PICTURES ?= 10
