# Quick: the whole pipeline in a few minutes, to see whether a network and a folder of images work.

POSITIONS ?= 20
GRID      ?= 10
STEPS     ?= 64
# So few are all wanted, and a tenth of them warms up.
MINIMUM_GAIN ?= 0
WARMUP       ?= 0.1
ICON_SIZE ?= 64
