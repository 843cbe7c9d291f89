"""Matrix products: GEMMCost.swift in numpy."""
import numpy as np

from common import FORMATS, Parameter, groups, read

NAME, TYPE, VARIABLE, FILE = "gemm", "GEMMCost", "fitted", "GEMMCost+Fitted.swift"
BYTES = {"bf16": 2, "fp8": 1, "fp4": 0.5625}
RATE = {"bf16": 1, "fp8": 2, "fp4": 4}
SHAPES = [(16, 64), (32, 64), (64, 64), (64, 128), (64, 256), (128, 128), (128, 256), (256, 128),
          (256, 256)]
SEED, STARTS = 1, 3
PARAMETERS = [Parameter(*p) for p in [
    ("launch", 4, 0.01, 20), ("compute", 0.85, 0.3, 2), ("memory", 0.85, 0.4, 0.95),
    ("cache", 0.5, 0.05, 4), ("draw", 1.5, 0.5, 8), ("edge", 24, 0.5, 300),
    ("quantise", 1, 0.02, 60), ("kept", 0.6, 0.05, 3), ("throttle", 0.05, 1e-3, 2),
    ("start", 100, 1, 4000), ("single", 1, 1e-3, 40), ("split", 1, 0.01, 10),
    ("write", 1, 0.1, 100), ("tail", 0.2, 1e-3, 1)]]
EXPOSED = 0.06


def load():
    return groups(
        read("aic_gemm.csv"), lambda r: (r["device"], r["backend"], FORMATS[r["dtype"]]),
        lambda r: f"{r['n']}x{r['k']}", lambda r: (r["m"], r["n"], r["k"]))


def model(p, columns, group):
    launch, ec, em, cache, draw, edge, quantise, kept, throttle, begin, single, parting, write, tail = p
    m, n, k = columns
    board, b = group.board, BYTES[group.format]
    peak = board.peak * RATE[group.format]
    weights = b * n * k
    stays = 1 / (1 + (weights / (kept * board.l2)) ** 4)
    traffic = weights * (1 - stays) / (em * board.bandwidth) + weights * stays / (cache * board.l2_rate)
    activations = b * m * k / (em * board.bandwidth)
    results = 2 * m * n / (em * board.bandwidth)
    spilled = 2 * m * n / (1 + (board.l2 / (2 * m * n)) ** 4)
    best = np.full(len(m), np.inf)
    for rows, cols in SHAPES:
        # Kernels of narrow formats choose their tile by m alone.
        if group.format != "bf16" and rows < 128 and board.name != "L40S":
            possible = m <= 128
        else:
            possible = np.full(len(m), True)
        tiles = np.ceil(m / rows) * np.ceil(n / cols)
        area = rows * cols
        rate = ec * area / (area + edge * (rows + cols)) * peak / board.sms
        for split in (1, 2, 4, 8):
            blocks = tiles * split / board.sms
            waves = np.where(blocks < 1, 1, blocks + tail * (np.ceil(blocks) - blocks))
            compute = waves * 2 * area * (k / split + begin) / rate
            parts = 1 + split if split > 1 else 1
            # Tiles of one column read the same weights.
            memory = traffic / np.minimum(1, np.ceil(n / cols) * split / board.sms * draw)
            memory = memory + activations / np.minimum(1, blocks * draw) + results * parts
            t = np.maximum(compute, memory) + EXPOSED * np.minimum(compute, memory)
            t = t + (parting * 1e-6 if split > 1 else 0)
            best = np.where(possible, np.minimum(best, t), best)
    useful = 2 * m * n * k / peak / best
    t = best * (1 + throttle * useful * np.minimum(1, best / 2e-4))
    if group.format != "bf16":
        t = t + 3 * m * k / (quantise * board.bandwidth)
    t = t + launch * 1e-6 + spilled / (write * board.bandwidth) + np.where(m == 1, single * 1e-6, 0)
    return np.maximum(t, 2 * m * n * k / peak)
