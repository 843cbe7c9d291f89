"""Attention of single tokens: DecodeCost.swift in numpy."""
import numpy as np

from common import FORMATS, Parameter, groups, read

NAME, TYPE, VARIABLE, FILE = "decode", "DecodeCost", "fitted", "DecodeCost+Fitted.swift"
# The first seed that fits 8/8, holds 32/32 out and holds out four or five of the ten: without it one side
# would have no heads with keys of their own.
SEED, STARTS = 11, 4
PARAMETERS = [Parameter(*p) for p in [
    ("launch", 9, 1, 30), ("memory", 0.9, 0.3, 1.2), ("cache", 0.5, 0.02, 3),
    ("kept", 0.6, 0.05, 3), ("head", 3, 0.01, 30), ("doubling", 0.5, 1e-3, 10),
    ("draw", 0.5, 0.02, 5), ("keys", 0.3, 1e-3, 20),
    ("lone", 2, 0.01, 30), ("parting", 0.5, 0.01, 1), ("combine", 1, 0.01, 15),
    ("several", 1, 0.01, 15)]]
STORED = {"bf16": 2, "fp8": 1}


def load():
    return groups(
        [r for r in read("aic_attention_hd128.csv") if r["phase"] == "decode"],
        lambda r: (r["device"], r["backend"], FORMATS[r["kv_dtype"]]),
        lambda r: f"{r['q_heads']}/{r['kv_heads']}",
        lambda r: (r["batch"], r["seq_len"], r["kv_heads"], r["q_heads"] != r["kv_heads"],
                   2 * 128 * int(r["kv_heads"]) * STORED[FORMATS[r["kv_dtype"]]]))


def model(p, columns, group):
    launch, em, cache, kept, head, doubling, draw, keys, lone, parting, combine, several = p
    batch, length, tiles, shared, key_bytes = columns
    board = group.board
    data = batch * length * key_bytes
    stays = 1 / (1 + (data / (kept * board.l2)) ** 4)
    items = batch * tiles / board.sms
    parts = np.ceil(length / 256) ** np.where(shared > 0, 1, parting)
    memory = data * (1 - stays) / (em * board.bandwidth) + data * stays / (cache * board.l2_rate)
    memory = memory / np.minimum(1, items * parts * draw)
    compute = items * np.ceil(length / 128) * keys / 16 * 1e-6
    t = launch + doubling * np.log2(1 + length / 128) + items * np.where(shared > 0, head, lone)
    t = t + np.where(shared > 0, combine * (length > 128) + several * ((batch > 1) & (tiles > 1)), 0)
    return t * 1e-6 + np.maximum(memory, compute)
