"""Kernels that only move bytes: StreamCost.swift in numpy."""
import numpy as np

from common import Parameter, groups, read

TYPE = "StreamCost"
SEED, STARTS = 1, 2
PARAMETERS = [Parameter(*p) for p in [
    ("launch", 3, 0.5, 10), ("memory", 0.8, 0.2, 1.2), ("cache", 0.3, 0.02, 3),
    ("kept", 0.6, 0.05, 3)]]
DEVICES = {"a100_sxm_80g": "a100_sxm", "h100_80g": "h100_sxm"}
# Hidden and inner width of the profiled models.
WIDTHS = {"Llama-2-7b-hf": (4096, 11008), "Llama-2-70b-hf": (8192, 28672),
          "Meta-Llama-3-8B": (4096, 14336), "Meta-Llama-3-70B": (8192, 28672),
          "CodeLlama-34b-Instruct-hf": (8192, 22016)}
# The columns of a kind of kernel and the rows that it reads and writes for each token.
KINDS = {"Norm": (("input_layernorm_ms", "post_attention_layernorm_ms"), 2),
         "Rotation": (("attn_rope_ms",), 2), "Activation": (("mlp_act_ms",), 3),
         "Addition": (("add_ms",), 3), "Lookup": (("emb_ms",), 2)}
# Queries and keys that a rotation turns, in numbers for each token of the whole model.
ROTATED = {"Llama-2-7b-hf": 8192, "Llama-2-70b-hf": 9216, "Meta-Llama-3-8B": 5120,
           "Meta-Llama-3-70B": 9216, "CodeLlama-34b-Instruct-hf": 9216}


class Kind:
    """One kind of kernel."""

    TYPE, PARAMETERS, SEED, STARTS = TYPE, PARAMETERS, SEED, STARTS
    model = staticmethod(lambda *a: model(*a))

    def __init__(self, name):
        self.NAME, self.VARIABLE = name.lower(), "fitted" + name
        self.FILE = "StreamCost+Fitted.swift"
        self.names, self.passes = KINDS[name]

    def width(self, row):
        hidden, inner = WIDTHS[row["model"]]
        split = {"activation": inner, "rotation": ROTATED[row["model"]]}.get(self.NAME)
        return split / int(row["tp"]) if split else hidden

    def load(self):
        rows = [
            {"device": DEVICES[r["device"]], "key": f"{r['model']}/{r['tp']}", "ms": r[name],
             "bytes": 2 * self.passes * self.width(r) * int(r["num_tokens"])}
            for r in read("vidur_linear_ops.csv") for name in self.names if float(r[name] or 0) > 0]
        return groups(rows, lambda r: (r["device"], "vidur", "bf16"), lambda r: r["key"],
                      lambda r: (r["bytes"],))


def model(p, columns, group):
    launch, em, cache, kept = p
    (data,) = columns
    board = group.board
    stays = 1 / (1 + (data / (kept * board.l2)) ** 4)
    return launch * 1e-6 + data * (1 - stays) / (em * board.bandwidth) + data * stays / (
        cache * board.l2_rate)
