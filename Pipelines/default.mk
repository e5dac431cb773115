# The default: an atlas to look at, in about five minutes on two cores for a thousand photographs
# (with bfloat16; six or seven without).

# Positions sampled per image. With many images fewer will do: 100,000 samples in all make a good
# layout (Carter et al. 2019 use a million, and find 100,000 often sufficient).
POSITIONS     ?= 100
INCLUDE_EDGES ?= no
CLASSES       ?= auto

# Principal components that neighbors are searched in; 0 takes the raw activations.
COMPONENTS    ?= 64
# The largest condition number of the whitening matrix: smaller whitens less.
CONDITION     ?= 20

# Neighbors: how samples are compared, and the fraction of the true neighbors to find.
METRIC        ?= cosine
RECALL        ?= 0.95

# The layout: tsne or umap. t-SNE's cells are more homogeneous (Documentation/choices.md).
METHOD        ?= tsne
PERPLEXITY    ?= 30
EXAGGERATION  ?= 1
NEIGHBORS     ?= 50
MIN_DIST      ?= 0.05
EPOCHS        ?= 0
START         ?= pca
ALIGNMENT     ?= 0.1
# Other seeds to repeat the layout with, to see how much it changes.
STABILITY     ?= 1

# Cells along a side; several numbers with commas make several atlases.
GRID          ?= 20
MINIMUM_COUNT ?= 6

ICON_SIZE     ?= 80
STEPS         ?= 512
ATTEMPTS      ?= 1
# The format in which the network computes icons: f32, bf16, or auto for bf16 where the processor has
# it. Fidelity is measured in f32 always.
PRECISION     ?= auto
WHITEN        ?= yes
COSINE_POWER  ?= 4
# How far icons fade to gray towards their corners.
VIGNETTE      ?= 0.8
GAP           ?= 0
