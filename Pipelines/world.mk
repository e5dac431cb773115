# The synthetic world, where neither MODEL nor DATASET is given: an atlas in under two minutes.

# 3,160 images give enough samples. The layers mixed4 have 5 × 5 positions without the border, all of
# which are taken; mixed5 has 2 × 2.
POSITIONS ?= 30

# For METHOD=umap: the classes are so distinct that each forms an island; a larger distance spreads the
# islands out, and the map has fewer gaps.
NEIGHBORS ?= 15
MIN_DIST  ?= 0.5

# Its logits are saturated, by label smoothing: at the images themselves derivatives say little.
PATH_STEPS ?= 4
