"""Routed experts: ExpertCost.swift in numpy."""
import numpy as np

from common import FORMATS, Parameter, groups, read

NAME, TYPE, VARIABLE, FILE = "experts", "ExpertCost", "fitted", "ExpertCost+Fitted.swift"
BYTES, RATE = {"bf16": 2, "fp8": 1}, {"bf16": 1, "fp8": 2}
SEED, STARTS = 1, 3
PARAMETERS = [Parameter(*p) for p in [
    ("launch", 25, 1, 200), ("memory", 0.85, 0.2, 1.1), ("compute", 0.7, 0.1, 1.2),
    ("exposed", 0.3, 1e-3, 1), ("passes", 5, 0.1, 30), ("rows", 32, 4, 128),
    ("skew", 1, 0.01, 3), ("spread", 0.8, 0.2, 1.5), ("draw", 2, 0.05, 8),
    ("doubling", 0.5, 1e-3, 20), ("inner", 3, 0.01, 30), ("edge", 30, 1, 1000)]]
SHAPE = ("hidden_size", "inter_size", "topk", "num_experts", "moe_tp_size", "moe_ep_size")


def load():
    # Where both were measured, FP8 in blocks is what models use.
    return groups(
        [r for r in read("aic_moe.csv") if r["moe_dtype"] != "fp8"],
        lambda r: (r["device"], r["backend"], FORMATS[r["moe_dtype"]]),
        lambda r: "/".join(r[c] for c in SHAPE + ("distribution",)),
        lambda r: [r[c] for c in SHAPE] + [r["distribution"] != "balanced", r["num_tokens"]])


def model(p, columns, group):
    launch, em, ec, exposed, passes, tile, skew, spread, draw, doubling, inner_passes, edge = p
    hidden, inter, chosen, experts, tp, ep, skewed, tokens = columns
    board = group.board
    peak = board.peak * RATE[group.format]
    inner, local, every = inter / tp, experts / ep, tokens * chosen
    hot = np.where(skewed > 0, 1 + skew * np.sqrt((ep - 1) / local), 1)
    rows = np.minimum(every / ep * hot, tokens * np.minimum(chosen, local))
    chance = local * (1 - np.exp(-(every / experts) ** spread))
    touched = np.where(skewed > 0, chance, np.minimum(local, np.maximum(every / ep, 1)))
    touched = np.maximum(touched, np.minimum(1, rows))
    each = rows / touched
    compute = 6 * hidden * inner * (rows + touched * tile / 2) / (ec * peak)
    compute = compute * (1 + edge / np.maximum(each, tile))
    blocks = touched * np.ceil(inner / 64) * np.ceil(each / 128) / board.sms
    memory = 3 * hidden * inner * BYTES[group.format] * touched
    memory = memory / (em * board.bandwidth * np.minimum(1, blocks * draw))
    passing = (passes * every * hidden + inner_passes * rows * inner * 3) * 2 / board.bandwidth
    t = np.maximum(compute, memory) + exposed * np.minimum(compute, memory) + passing
    t = t + (launch + doubling * np.log2(1 + tokens)) * 1e-6
    return np.maximum(t, 6 * hidden * inner * rows / peak)
