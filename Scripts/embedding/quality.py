"""Quality measures of a layout in NumPy, independent of the project's own.

Measured at a random subset of samples, each against all, in double precision. Samples at equal distance share the
best of their ranks.
"""

from __future__ import annotations

import numpy as np

TRIPLETS = 100  # that begin at each row of the sample


def sampled(count: int, size: int, seed: int = 0) -> np.ndarray:
    """Indices of the subset, ascending."""
    return np.sort(np.random.default_rng(seed).choice(count, min(size, count), replace=False))


def prepared(rows: np.ndarray, metric: str) -> np.ndarray:
    """Rows whose products give distances: of length 1 for cosine (zeros stay), else less their mean."""
    rows = np.array(rows, np.float64)
    if metric == "cosine":
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / np.where(lengths > 0, lengths, 1)
    return rows - rows.mean(axis=0)


def distances(rows: np.ndarray, metric: str, some: np.ndarray) -> np.ndarray:
    """A monotone function of the distances of all samples from some, some × n; rows are prepared."""
    products = rows[some] @ rows.T
    if metric == "cosine":
        return 1 - products
    squares = np.einsum("ij,ij->i", rows, rows)
    return squares[some, None] + squares - 2 * products


def layout_distances(layout: np.ndarray, some: np.ndarray) -> np.ndarray:
    layout = np.asarray(layout, np.float64)
    return sum((column[some, None] - column[None, :]) ** 2 for column in layout.T)


def ranks_of(chosen: np.ndarray, line: np.ndarray) -> np.ndarray:
    """Ranks, from 1, of chosen samples in the order of a row of distances."""
    return 1 + np.array([np.count_nonzero(line < line[index]) for index in chosen])


def rank_score(ranks: np.ndarray, count: int, neighbors: int) -> float:
    """Trustworthiness of ranks, or continuity (Venna and Kaski 2001)."""
    greatest = ranks.size * (2 * count - 3 * neighbors - 1) / 2
    return 1 - np.maximum(ranks - neighbors, 0).sum() / greatest


def mean_ranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 1; equal values share the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return (ends - (counts - 1) / 2)[inverse]


def spearman(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.corrcoef(mean_ranks(first), mean_ranks(second))[0, 1])


def triplet_accuracy(truth: np.ndarray, shown: np.ndarray, seed: int = 0) -> float:
    """The fraction of random triplets whose two distances a layout orders as the data does; both matrices square."""
    generator, count = np.random.default_rng([seed, 1]), len(truth)
    i = np.repeat(np.arange(count), TRIPLETS)
    j = (i + generator.integers(1, count, i.size)) % count
    k = (i + generator.integers(1, count, i.size)) % count
    i, j, k = (index[j != k] for index in (i, j, k))
    true, seen = np.sign(truth[i, j] - truth[i, k]), np.sign(shown[i, j] - shown[i, k])
    right = (true == 0) | (true == seen)
    return float((right + 0.5 * ((true != 0) & (seen == 0))).mean())


def nearest(line: np.ndarray, count: int) -> np.ndarray:
    """The nearest samples of a row of distances; of equally distant ones, the first."""
    candidates = np.flatnonzero(line <= np.partition(line, count - 1)[count - 1])
    return candidates[np.argsort(line[candidates], kind="stable")][:count]


def quality(
    layout: np.ndarray, rows: np.ndarray, metric: str = "cosine", size: int = 1000, neighbors: int = 15, seed: int = 0
) -> dict[str, float]:
    """The quality measures of a layout of samples, by name."""
    rows, count = prepared(rows, metric), len(rows)
    sample = sampled(count, size, seed)
    shown_ranks, true_ranks = [], []
    block = max(1, 5_000_000 // count)  # 40 MB for each matrix of distances
    for start in range(0, len(sample), block):
        some = sample[start : start + block]
        truth, shown = distances(rows, metric, some), layout_distances(layout, some)
        own = np.arange(len(some))
        truth[own, some] = shown[own, some] = np.inf
        for true_line, shown_line in zip(truth, shown):
            shown_ranks.append(ranks_of(nearest(shown_line, neighbors), true_line))
            true_ranks.append(ranks_of(nearest(true_line, neighbors), shown_line))
    shown_ranks, true_ranks = np.array(shown_ranks), np.array(true_ranks)
    upper = np.triu_indices(len(sample), 1)
    truth = distances(rows[sample], metric, np.arange(len(sample)))
    shown = layout_distances(np.asarray(layout)[sample], np.arange(len(sample)))
    return {
        "trust15": float(rank_score(shown_ranks, count, neighbors)),
        "continuity15": float(rank_score(true_ranks, count, neighbors)),
        "preserved15": float((shown_ranks <= neighbors).mean()),
        "spearman": spearman(truth[upper], shown[upper]),
        "triplets": triplet_accuracy(truth, shown, seed),
    }


def outliers(layout: np.ndarray) -> dict[str, float]:
    """Samples beyond three times the 98th percentile of distances to the median, and that over the median distance."""
    layout = np.asarray(layout, np.float64)
    far = np.linalg.norm(layout - np.median(layout, axis=0), axis=1)
    middle, edge = np.percentile(far, (50, 98))
    return {"count": int((far > 3 * edge).sum()), "tail": float(edge / middle), "farthest": float(far.max())}


def cell_cosine(layout: np.ndarray, rows: np.ndarray, side: int, least: int = 6) -> float:
    """Homogeneity of grid cells: the mean cosine of samples to the mean of their cell.

    Each axis runs from its 1st to its 99th percentile and a tenth farther on both sides; what lies beyond is in no
    cell. Cells with fewer than `least` samples are left out.
    """
    layout = np.asarray(layout, np.float64)
    low, high = np.percentile(layout, (1, 99), axis=0)
    margin = 0.1 * (high - low)
    cells_of = (layout - low + margin) / np.where(high > low, high - low + 2 * margin, 1)
    inside = ((cells_of >= 0) & (cells_of <= 1)).all(axis=1)
    cells_of, rows = cells_of[inside], np.asarray(rows)[inside]
    cells_of = np.clip((cells_of * side).astype(int), 0, side - 1)
    _, cells, counts = np.unique(cells_of @ [side, 1], return_inverse=True, return_counts=True)
    order = np.argsort(cells, kind="stable")
    rows = np.asarray(rows, np.float32)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    means = np.add.reduceat(rows[order].astype(np.float64), starts) / counts[:, None]
    cosines = np.einsum("ij,ij->i", rows, means[cells])
    cosines /= np.maximum(np.linalg.norm(rows, axis=1) * np.linalg.norm(means, axis=1)[cells], 1e-30)
    return float(cosines[counts[cells] >= least].mean())
