# Made by `make documentation` from the tables of settings in the programs; changes here are lost.

# The settings that recipes and the command line may give, in the order of the data flow.
SETTINGS := THREADS POSITIONS INCLUDE_EDGES CLASSES SEED MEMORY_LIMIT COMPONENTS METRIC NEIGHBORS PERPLEXITY RECALL METHOD MIN_DIST EPOCHS EXAGGERATION START ALIGNMENT STABILITY GRID MINIMUM_COUNT WHITEN CONDITION COSINE_POWER COSINE_FLOOR ICON_SIZE STEPS MINIMUM_GAIN RESTARTS LEARNING_RATE BETA1 BETA2 WEIGHT_DECAY WARMUP COOLDOWN PARAMETERIZATION VIGNETTE BORDER PRECISION GAP ATTRIBUTION_ROWS MAX_POOL PATH_STEPS EVIDENCE_SIZE EVIDENCE_PATCHES CLASS_FILTER CLASS_ROWS EXPLORER_QUALITY EXPLORER_PHOTOGRAPHS PATCHES PATCH_CROPS PAIRS TARGETS PATCH_PICTURES RELATED PATCH_STEPS DISCOVERY_RATE

# Defaults, where neither gives a value.
THREADS ?= 0
POSITIONS ?= 100
INCLUDE_EDGES ?= no
CLASSES ?= auto
SEED ?= 0
MEMORY_LIMIT ?= 
COMPONENTS ?= 64
METRIC ?= cosine
NEIGHBORS ?= 50
PERPLEXITY ?= 30
RECALL ?= 0.95
METHOD ?= tsne
MIN_DIST ?= 0.05
EPOCHS ?= 0
EXAGGERATION ?= 1
START ?= pca
ALIGNMENT ?= 0.1
STABILITY ?= 1
GRID ?= 20
MINIMUM_COUNT ?= 6
WHITEN ?= yes
CONDITION ?= 20
COSINE_POWER ?= 4
COSINE_FLOOR ?= 0.1
ICON_SIZE ?= 80
STEPS ?= 320
MINIMUM_GAIN ?= 0.08
RESTARTS ?= 1
LEARNING_RATE ?= 0.085
BETA1 ?= 0.8
BETA2 ?= 0.99
WEIGHT_DECAY ?= 0.05
WARMUP ?= 0.05
COOLDOWN ?= 0.5
PARAMETERIZATION ?= spectrum
VIGNETTE ?= 0.3
BORDER ?= replicate
PRECISION ?= auto
GAP ?= 0
ATTRIBUTION_ROWS ?= 32
MAX_POOL ?= exact
PATH_STEPS ?= 0
EVIDENCE_SIZE ?= 64
EVIDENCE_PATCHES ?= 8
CLASS_FILTER ?= both
CLASS_ROWS ?= 2000
EXPLORER_QUALITY ?= 80
EXPLORER_PHOTOGRAPHS ?= 0
PATCHES ?= 10
PATCH_CROPS ?= 1
PAIRS ?= 10
TARGETS ?= 1
PATCH_PICTURES ?= 20
RELATED ?= 0.05
PATCH_STEPS ?= 100
DISCOVERY_RATE ?= 0.05

# Meanings.
help.THREADS := Threads; 0 stands for all processors; results do not depend on it (from 0 to 4096)
help.POSITIONS := Positions sampled per image (all or at least 1)
help.INCLUDE_EDGES := Sample the outermost rows and columns as well (yes or no)
help.CLASSES := Where classes come from; a file has an image and its class in each line (auto, folders, names, none or a file)
help.SEED := Seed of random numbers (at least 0)
help.MEMORY_LIMIT := Most memory that may be needed; what may need more does not begin (an amount such as 6G)
help.COMPONENTS := Principal components that the layout is made of; 0 takes the raw activations (at least 0)
help.METRIC := How samples are compared (cosine or euclidean)
help.NEIGHBORS := UMAP's neighborhood size, n_neighbors of umap-learn (from 2 to 10000)
help.PERPLEXITY := t-SNE's effective number of neighbors; three times as many are used (from 1 to 3000)
help.RECALL := Fraction of the true neighbors to find; 1 compares all samples (above 0 and at most 1)
help.METHOD := How samples are laid out (tsne or umap)
help.MIN_DIST := Least distance between similar samples in the layout (from 0 to 100)
help.EPOCHS := Epochs; 0 stands for 500 below 10,000 samples, 200 below 50,000, else 130 (from 0 to 100000)
help.EXAGGERATION := Factor on attractive forces afterwards; above 1 makes clusters denser and farther apart (from 1 to 1000)
help.START := Initialization: principal components, eigenvectors of the graph, random, or a part that is laid out first, for very many samples (pca, spectral, random or sample)
help.ALIGNMENT := How strongly samples are held near their partners in the layout to align to; 0 only begins there (from 0 to 1)
help.STABILITY := Other seeds by which the layout is made again, to see how much it changes (from 0 to 100)
help.GRID := Cells along a side; several numbers with commas make several grids (different numbers from 1 to 2000 with commas)
help.MINIMUM_COUNT := Samples that a cell needs at least (at least 1)
help.WHITEN := Whiten directions, by --components (yes or no)
help.CONDITION := Largest condition number of the whitening matrix; smaller whitens less (above 1)
help.COSINE_POWER := Power of the cosine in the objective; 0 is the plain dot product (from 0 to 100)
help.COSINE_FLOOR := Least cosine that counts in the objective; at 0, an activation that points away stays there (from 0 to 1)
help.ICON_SIZE := Side of an icon in pixels (from 16 to 1024)
help.STEPS := The most optimization steps of an icon (from 1 to 100000)
help.MINIMUM_GAIN := Gain of fidelity under new views, by twice as many steps, below which an icon's last steps begin; 0 gives each all of them (from 0 to 1)
help.RESTARTS := Runs of the optimization from different random starts, of which the best is kept; 1 is a single run (from 1 to 100)
help.LEARNING_RATE := Learning rate of Adam (above 0 and below 10)
help.BETA1 := Adam's decay of the mean of gradients (at least 0 and below 1)
help.BETA2 := Adam's decay of the mean of squared gradients (at least 0 and below 1)
help.WEIGHT_DECAY := Mean fraction of the parameters that is lost at a step, in a spectrum by the square of the frequency; takes away noise (at least 0 and below 1)
help.WARMUP := Fraction of the most steps over which the learning rate rises (from 0 to 1)
help.COOLDOWN := Fraction of an icon's steps, its last ones, over which the learning rate falls to 0 (from 0 to 1)
help.PARAMETERIZATION := What is optimized: the spectrum, its phases alone with the amplitudes of photographs, or pixels (spectrum, phases or pixels)
help.VIGNETTE := How far icons fade to gray toward their corners; 0 is not at all (from 0 to 1)
help.BORDER := What the network sees beyond an icon's edge: gray, or the edge's color (gray or replicate)
help.PRECISION := Format in which the network computes; auto is bf16 where that is faster; fidelity is measured in f32 always (f32, bf16 or auto)
help.GAP := White pixels between icons; with --labels at least a sixteenth of an icon (from 0 to 1000)
help.ATTRIBUTION_ROWS := Samples of each cell whose effects are computed, chosen at random (all or at least 1)
help.MAX_POOL := How effects pass max pools: by the derivative, or by that of a smoother pool (exact, average, average-padded or l2)
help.PATH_STEPS := Steps of integrated gradients from no activations to the image's; 0 takes the derivative at the image alone (from 0 to 1000)
help.EVIDENCE_SIZE := Side of a patch of a photograph in pixels (from 16 to 512)
help.EVIDENCE_PATCHES := Patches of photographs for each cell, at most as many as it has exemplars (from 1 to 100)
help.CLASS_FILTER := Samples of a class: those whose largest effect is on it (rank), those with the largest effects on it (magnitude), or both (rank, magnitude or both)
help.CLASS_ROWS := Samples that are chosen by magnitude, at most (from 1 to 10000000)
help.EXPLORER_QUALITY := WebP quality of the map's tiles (from 1 to 100)
help.EXPLORER_PHOTOGRAPHS := Longer side in pixels of the photographs that the explorer includes; 0 leaves them out (from 0 to 4096)
help.PATCHES := Candidates of a pair, and patches of each kind of control (from 1 to 1000)
help.PATCH_CROPS := Crops of photographs for each cell that is found, beside its icon (from 0 to 8)
help.PAIRS := Pairs of classes, the most confusable ones, where no source or no target is given (from 1 to 100000)
help.TARGETS := Targets of a source, where none is given (from 1 to 1000)
help.PATCH_PICTURES := Pictures of a source that patches are chosen by, and as many that results are reported of (from 2 to 100000)
help.RELATED := Mean probability of one class on images of another from which the two are related (above 0 and at most 1)
help.PATCH_STEPS := Steps of the patch that is optimized as an upper bound; 0 leaves it out (from 0 to 100000)
help.DISCOVERY_RATE := False-discovery rate below which a pair counts as found (above 0 and at most 1)

# Words, where these are all there are.
words.INCLUDE_EDGES := yes no
words.METRIC := cosine euclidean
words.METHOD := tsne umap
words.START := pca spectral random sample
words.WHITEN := yes no
words.PARAMETERIZATION := spectrum phases pixels
words.BORDER := gray replicate
words.PRECISION := f32 bf16 auto
words.MAX_POOL := exact average average-padded l2
words.CLASS_FILTER := rank magnitude both

# The options of each stage.
options.extract = \
  --positions $(call quote,$(POSITIONS)) \
  $(if $(filter yes,$(INCLUDE_EDGES)),--include-edges) \
  --classes $(call quote,$(CLASSES)) \
  --seed $(call quote,$(SEED)) \
  $(if $(MEMORY_LIMIT),--memory-limit $(call quote,$(MEMORY_LIMIT)))
options.reduce = \
  --components $(call quote,$(COMPONENTS)) \
  $(if $(MEMORY_LIMIT),--memory-limit $(call quote,$(MEMORY_LIMIT)))
options.neighbors = \
  --metric $(call quote,$(METRIC)) \
  --neighbors $(call quote,$(NEIGHBORS)) \
  --perplexity $(call quote,$(PERPLEXITY)) \
  --recall $(call quote,$(RECALL)) \
  --seed $(call quote,$(SEED)) \
  $(if $(MEMORY_LIMIT),--memory-limit $(call quote,$(MEMORY_LIMIT)))
options.embed = \
  --method $(call quote,$(METHOD)) \
  --seed $(call quote,$(SEED)) \
  --neighbors $(call quote,$(NEIGHBORS)) \
  --min-dist $(call quote,$(MIN_DIST)) \
  --epochs $(call quote,$(EPOCHS)) \
  --perplexity $(call quote,$(PERPLEXITY)) \
  --exaggeration $(call quote,$(EXAGGERATION)) \
  --start $(call quote,$(START)) \
  --alignment $(call quote,$(ALIGNMENT)) \
  --stability $(call quote,$(STABILITY)) \
  $(if $(MEMORY_LIMIT),--memory-limit $(call quote,$(MEMORY_LIMIT)))
options.grid = \
  --minimum-count $(call quote,$(MINIMUM_COUNT))
options.render = \
  $(if $(filter no,$(WHITEN)),--no-whiten) \
  --condition $(call quote,$(CONDITION)) \
  --cosine-power $(call quote,$(COSINE_POWER)) \
  --cosine-floor $(call quote,$(COSINE_FLOOR)) \
  --size $(call quote,$(ICON_SIZE)) \
  --steps $(call quote,$(STEPS)) \
  --minimum-gain $(call quote,$(MINIMUM_GAIN)) \
  --restarts $(call quote,$(RESTARTS)) \
  --seed $(call quote,$(SEED)) \
  --learning-rate $(call quote,$(LEARNING_RATE)) \
  --beta1 $(call quote,$(BETA1)) \
  --beta2 $(call quote,$(BETA2)) \
  --weight-decay $(call quote,$(WEIGHT_DECAY)) \
  --warmup $(call quote,$(WARMUP)) \
  --cooldown $(call quote,$(COOLDOWN)) \
  --parameterization $(call quote,$(PARAMETERIZATION)) \
  --vignette $(call quote,$(VIGNETTE)) \
  --border $(call quote,$(BORDER)) \
  --precision $(call quote,$(PRECISION))
options.assemble = \
  --gap $(call quote,$(GAP))
options.attribute = \
  --rows $(call quote,$(ATTRIBUTION_ROWS)) \
  --max-pool $(call quote,$(MAX_POOL)) \
  --path-steps $(call quote,$(PATH_STEPS)) \
  --seed $(call quote,$(SEED))
options.evidence = \
  --size $(call quote,$(EVIDENCE_SIZE)) \
  --patches $(call quote,$(EVIDENCE_PATCHES))
options.select = \
  --filter $(call quote,$(CLASS_FILTER)) \
  --most $(call quote,$(CLASS_ROWS))
options.explore = \
  --quality $(call quote,$(EXPLORER_QUALITY)) \
  --photograph-pixels $(call quote,$(EXPLORER_PHOTOGRAPHS))
options.propose = \
  --patches $(call quote,$(PATCHES)) \
  --crops $(call quote,$(PATCH_CROPS)) \
  --pairs $(call quote,$(PAIRS)) \
  --targets $(call quote,$(TARGETS)) \
  --pictures-per-half $(call quote,$(PATCH_PICTURES)) \
  --related $(call quote,$(RELATED)) \
  --optimization-steps $(call quote,$(PATCH_STEPS)) \
  --seed $(call quote,$(SEED))
options.patch = \
  --seed $(call quote,$(SEED))
options.conclude = \
  --discovery-rate $(call quote,$(DISCOVERY_RATE)) \
  --seed $(call quote,$(SEED))
