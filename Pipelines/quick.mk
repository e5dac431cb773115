# Quick: the whole pipeline in a few minutes, to see whether a network and a folder of images work.

POSITIONS ?= 20
GRID      ?= 10
STEPS     ?= 64
ICON_SIZE ?= 64
