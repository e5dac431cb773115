# The synthetic world, where neither MODEL nor DATASET is given: an atlas in under four minutes.

# 3,160 pictures make rows enough. The layers mixed4 have 5 × 5 positions without the border, which
# are all taken; mixed5 has 2 × 2.
POSITIONS     ?= 30

# For METHOD=umap: its kinds of things are told apart so well that their rows lie in islands; a larger
# distance spreads each island out, and the map has fewer gaps.
NEIGHBORS     ?= 15
MIN_DIST      ?= 0.5

include Pipelines/default.mk
