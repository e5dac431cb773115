"""One library's run, or one evaluation, in a process of its own: child.py TASK RESULT.json [NAME=VALUE …]"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

sys.dont_write_bytecode = True  # no __pycache__ among the sources
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

Answer = dict[str, Any]


def umap_learn(rows: str, layout: str, count: str | None = None) -> Answer:
    """umap-learn on samples in memory, after a small run that makes it compile."""
    import numpy as np
    import umap
    from embedding.rows import read

    data = read(rows, count and int(count))
    options = dict(metric="cosine", n_neighbors=50, min_dist=0.05)
    start = time.perf_counter()
    # From 4,096 samples on it searches approximately, and without a seed on all processors.
    few = np.random.default_rng(0).random((5000, data.shape[1]), np.float32)
    umap.UMAP(n_epochs=11, **options).fit_transform(few)
    warm = time.perf_counter()
    positions = umap.UMAP(**options).fit_transform(data)
    end = time.perf_counter()
    np.save(layout, positions.astype(np.float32))
    return {"s": end - warm, "warm_up_s": warm - start}


def opentsne(rows: str, layout: str, scores: str, count: str | None = None) -> Answer:
    """scikit-learn's PCA and openTSNE on samples in memory."""
    import numpy as np
    from embedding.rows import read
    from openTSNE import TSNE
    from sklearn.decomposition import PCA

    data = read(rows, count and int(count))
    start = time.perf_counter()
    components = PCA(n_components=min(50, *data.shape)).fit_transform(data)
    between = time.perf_counter()
    positions = TSNE(perplexity=30, n_jobs=-1).fit(components)
    end = time.perf_counter()
    np.save(layout, np.asarray(positions, np.float64))
    np.save(scores, np.asarray(components, np.float32))
    return {"s": end - start, "pca_s": between - start, "own_kl": float(positions.kl_divergence)}


def divergences(scores: str, **layouts: str) -> Answer:
    """openTSNE's KL divergence of layouts, with its affinities from exact neighbors of the same scores."""
    import numpy as np
    from embedding.rows import read_layout
    from openTSNE.affinity import PerplexityBasedNN
    from openTSNE.tsne import kl_divergence_fft

    affinities = PerplexityBasedNN(np.load(scores), perplexity=30, method="exact", n_jobs=-1)
    result = {}
    for name, path in layouts.items():
        positions = np.ascontiguousarray(read_layout(path), np.float64)
        # A finer grid than openTSNE's own (50 intervals of 1 at least, 3 points in each).
        grid = dict(n_interpolation_points=3, min_num_intervals=100, ints_in_interval=0.5)
        value, _ = kl_divergence_fft(
            positions, affinities.P, dof=1, fft_params=grid, should_eval_error=True, n_jobs=-1
        )
        result[name] = float(value)
    return result


def evaluate(rows: str, layout: str, count: str | None = None, euclidean: str = "", cells: str = "") -> Answer:
    """Quality of a layout by cosine distance; on request by Euclidean distance and within grid cells too."""
    from embedding.quality import cell_cosine, quality
    from embedding.rows import read, read_layout

    data, positions = read(rows, count and int(count)), read_layout(layout)
    result = quality(positions, data)
    if euclidean:
        result |= {f"{name}_euclidean": value for name, value in quality(positions, data, "euclidean").items()}
    for side in cells.split(",") if cells else []:
        result[f"cells{side}"] = cell_cosine(positions, data, int(side))
    return result


def outliers_of(layout: str) -> Answer:
    """How many samples of a layout lie far outside, and how far its tail reaches."""
    from embedding.quality import outliers
    from embedding.rows import read_layout

    return outliers(read_layout(layout))


def outliers_of_umap_learn(
    components: str, neighbors: str, layout: str, start: str, epochs: str | None = None
) -> Answer:
    """The same of umap-learn's layout from the neighbors that the project found; one that is there is taken."""
    import h5py
    import numpy as np
    from embedding.quality import outliers

    if Path(layout).is_file():
        return outliers(np.load(layout))
    import umap

    with h5py.File(components) as file:
        scores = file["scores"][()].astype(np.float32)
    with h5py.File(neighbors) as file:
        # umap-learn counts a sample as its own first neighbor.
        nearest, distances = file["neighbors"][:, :49], file["distances"][:, :49]
    own = np.arange(len(scores))[:, None]
    knn = (
        np.hstack([own, nearest]).astype(np.int64), np.hstack([np.zeros(own.shape), distances]).astype(np.float32), None
    )
    positions = umap.UMAP(
        n_neighbors=50, min_dist=0.05, metric="cosine", init=start, n_epochs=epochs and int(epochs), random_state=0,
        precomputed_knn=knn,
    ).fit_transform(scores)
    np.save(layout, positions.astype(np.float32))
    return outliers(positions)


def synthetic(path: str, count: str) -> Answer:
    from embedding.rows import write_synthetic

    write_synthetic(path, int(count))
    return {}


def some(rows: str, path: str, count: str) -> Answer:
    from embedding.rows import read, write_some

    write_some(path, read(rows, int(count)), "rows")
    return {}


def shape(rows: str) -> Answer:
    from embedding.rows import read

    return dict(zip(("count", "dimension"), read(rows).shape))


TASKS = {
    task.__name__: task
    for task in (
        umap_learn, opentsne, divergences, evaluate, outliers_of, outliers_of_umap_learn, synthetic, some, shape,
    )
}


if __name__ == "__main__":
    name, result, *values = sys.argv[1:]
    answer = TASKS[name](**dict(value.split("=", 1) for value in values))
    Path(result).write_text(json.dumps(answer))
