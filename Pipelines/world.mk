# The made world, where neither MODEL nor DATASET is given: an atlas in under four minutes.

# 3,160 pictures make rows enough. The layers mixed4 have 5 × 5 positions without the border, which
# are all taken; mixed5 has 2 × 2.
POSITIONS     ?= 30
# Icons of this network take a quarter of the time that those of GoogLeNet take.
GRID          ?= 24

include Pipelines/default.mk
