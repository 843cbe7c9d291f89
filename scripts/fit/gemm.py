"""Matrix products: GEMMCost.swift in numpy."""
import numpy as np

from common import FORMATS, Parameter, groups, read

NAME, TYPE, VARIABLE, FILE = "gemm", "GEMMCost", "fitted", "GEMMCost+Fitted.swift"
BYTES = {"bf16": 2, "fp8": 1, "fp4": 0.5625}
RATE = {"bf16": 1, "fp8": 2, "fp4": 4}
SHAPES = [(16, 64), (32, 64), (64, 64), (64, 128), (64, 256), (128, 128), (128, 256), (256, 128),
          (256, 256)]
PARAMETERS = [Parameter(*p) for p in [
    ("launch", 4, 0.01, 20), ("compute", 0.85, 0.3, 2), ("memory", 0.9, 0.4, 1.1),
    ("cache", 0.5, 0.05, 4), ("exposed", 0.3, 1e-3, 1), ("draw", 1.5, 0.5, 8),
    ("edge", 24, 0.5, 300), ("tail", 0.5, 1e-3, 1), ("quantise", 1, 0.02, 60),
    ("write", 5, 0.3, 100), ("kept", 0.6, 0.05, 3), ("throttle", 0.05, 1e-3, 2),
    ("tile", 0.3, 1e-3, 10)]]


def load():
    return groups(
        read("aic_gemm.csv"), lambda r: (r["device"], r["backend"], FORMATS[r["dtype"]]),
        lambda r: f"{r['n']}x{r['k']}", lambda r: (r["m"], r["n"], r["k"]))


def model(p, columns, group):
    launch, ec, em, cache, exposed, draw, edge, tail, quantise, write, kept, throttle, tile = p
    m, n, k = columns
    board, b = group.board, BYTES[group.format]
    peak = board.peak * RATE[group.format]
    weights = b * n * k
    stays = 1 / (1 + (weights / (kept * board.l2)) ** 4)
    traffic = weights * (1 - stays) / (em * board.bandwidth) + weights * stays / (cache * board.l2_rate)
    traffic = traffic + b * m * k / (em * board.bandwidth)
    results = 2 * m * n / (em * board.bandwidth)
    best = np.full(len(m), np.inf)
    for rows, cols in SHAPES:
        tiles = np.ceil(m / rows) * np.ceil(n / cols)
        area = rows * cols
        rate = ec * area / (area + edge * (rows + cols)) * peak / board.sms
        for split in (1, 2, 4, 8):
            blocks = tiles * split / board.sms
            waves = np.where(blocks < 1, 1, blocks + tail * (np.ceil(blocks) - blocks))
            compute = waves * (2 * area * k / split / rate + tile * 1e-6)
            parts = 1 + split if split > 1 else 1
            memory = (traffic + results * parts) / np.minimum(1, blocks * draw)
            t = np.maximum(compute, memory) + exposed * np.minimum(compute, memory)
            best = np.minimum(best, t + (1e-6 if split > 1 else 0))
    useful = 2 * m * n * k / peak / best
    t = best * (1 + throttle * useful * np.minimum(1, best / 2e-4))
    if group.format != "bf16":
        t = t + 3 * m * k / (quantise * board.bandwidth)
    t = t + launch * 1e-6 + 2 * m * n / (write * board.bandwidth)
    return np.maximum(t, 2 * m * n * k / peak)
