"""Attention of prompts: PrefillCost.swift in numpy."""
import numpy as np

from common import FORMATS, Parameter, groups, read

NAME, TYPE, VARIABLE, FILE = "prefill", "PrefillCost", "fitted", "PrefillCost+Fitted.swift"
TILE, HALF = 128, 64
# The first seed that fits 8/8, holds 32/32 out and holds out four or five of the ten: without it one side
# would have no heads with keys of their own.
SEED, STARTS = 11, 3
PARAMETERS = [Parameter(*p) for p in [
    ("launch", 10, 1, 30), ("compute", 0.7, 0.2, 1.5), ("queryPasses", 2, 0.3, 30),
    ("keyPasses", 2, 0.1, 30), ("tile", 0.5, 1e-3, 30), ("doubling", 0.5, 1e-3, 20),
    ("tail", 0.5, 0.01, 1), ("throttle", 0.05, 1e-3, 1), ("serial", 1, 0.01, 30)]]


def load():
    return groups(
        [r for r in read("aic_attention_hd128.csv") if r["phase"] == "prefill"],
        lambda r: (r["device"], r["backend"], FORMATS[r["kv_dtype"]]),
        lambda r: f"{r['q_heads']}/{r['kv_heads']}",
        lambda r: (r["q_heads"], r["kv_heads"], 128, r["batch"], r["seq_len"]))


def model(p, columns, group):
    launch, ec, query, key, tile, doubling, tail, throttle, serial = p
    heads, kv_heads, dim, batch, length = columns
    board = group.board
    count, halves = np.ceil(length / TILE), np.ceil(length / HALF)
    pairs = HALF * HALF * halves * (halves + 1) / 2 * batch
    tiles = batch * count * heads / board.sms
    rate = ec * board.peak / board.sms
    work = 4 * dim * pairs * heads / rate / board.sms + tiles * tile * 1e-6
    waves = np.where(tiles < 1, 1, tiles + tail * (np.ceil(tiles) - tiles))
    longest = 4 * dim * TILE * TILE * count / rate + tile * 1e-6
    compute = np.maximum(work * waves / tiles, longest * serial)
    memory = batch * length * dim * 4 * (query * heads + key * kv_heads) / board.bandwidth
    least = 4 * dim * batch * length * (length + 1) / 2 * heads / board.peak
    t = compute + memory
    t = t * (1 + throttle * least / t * np.minimum(1, t / 2e-4))
    return np.maximum(t + (launch + doubling * np.log2(1 + length / 64)) * 1e-6, least)
