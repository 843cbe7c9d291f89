"""Boards, the split into fitted and held-out configurations, and the fit itself."""
import collections
import csv
import os

import numpy as np
from scipy.optimize import least_squares

REFERENCE = os.environ.get("ORRERY_REFERENCE", "../shared/reference") + "/serving/ops/"

Board = collections.namedtuple("Board", "name sms peak l2 bandwidth l2_rate")
Group = collections.namedtuple("Group", "board backend format keys columns seconds")
Parameter = collections.namedtuple("Parameter", "name start low high")


def _board(name, sms, tera, l2, giga, clock):
    return Board(name, sms, tera * 1e12, l2 * 2**20, giga * 1e9, sms * clock * 1e6 * 64)


# The catalogue's figures: multiprocessors, dense BF16 rate, L2 in MiB, 10^9 bytes/s, boost MHz.
BOARDS = {
    "a100_sxm": _board("A100-SXM4-80GB", 108, 312, 40, 2039, 1410),
    "h100_sxm": _board("H100-SXM5-80GB", 132, 989.4, 50, 3350, 1980),
    "h200_sxm": _board("H200-SXM5-141GB", 132, 989.4, 50, 4800, 1980),
    "b200_sxm": _board("B200-SXM-180GB", 148, 2250, 126, 7700, 1965),
    "l40s": _board("L40S", 142, 362.05, 96, 864, 2520),
}
FORMATS = {"bfloat16": "bf16", "fp8": "fp8", "fp8_block": "fp8", "nvfp4": "fp4"}


def is_held_out(key, seed):
    """True for two configurations in five, by a hash of their name (FNV-1a)."""
    value = 0xCBF29CE484222325
    for byte in f"{seed}:{key}".encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return (value >> 32) % 5 < 2


def read(name):
    with open(REFERENCE + name, newline="") as file:
        return list(csv.DictReader(file))


def groups(rows, label, key, columns):
    """Rows by what shares constants; `label` gives (device, backend, format) or None to leave out."""
    found = collections.defaultdict(list)
    for row in rows:
        name = label(row)
        if name:
            found[name].append((key(row), [float(x) for x in columns(row)], float(row["ms"]) * 1e-3))
    return [
        Group(BOARDS[name[0]], name[1], name[2], [r[0] for r in items],
              np.array([r[1] for r in items]).T, np.array([r[2] for r in items]))
        for name, items in sorted(found.items())
    ]


def fit(operator, group, seed=None):
    """The constants that fit the part not held out, and the errors on either part."""
    model, parameters, seed = operator.model, operator.PARAMETERS, seed or operator.SEED
    held = np.array([is_held_out(key, seed) for key in group.keys])
    low, high = (np.log([getattr(p, side) for p in parameters]) for side in ("low", "high"))
    start = np.clip(np.log([p.start for p in parameters]), low + 1e-3, high - 1e-3)
    columns, seconds = group.columns[:, ~held], group.seconds[~held]

    def residuals(z):
        return model(np.exp(z), columns, group) / seconds - 1

    # From several starts; first coarsely, then near the mean absolute error.
    best, generator = None, np.random.default_rng(seed)
    for attempt in range(operator.STARTS):
        z = start if attempt == 0 else start + generator.normal(0, 0.5, len(start))
        z = np.clip(z, low + 1e-3, high - 1e-3)
        for scale in (0.15, 0.05):
            result = least_squares(residuals, z, bounds=(low, high), loss="soft_l1",
                                   f_scale=scale, max_nfev=60, diff_step=1e-3)
            z = result.x
        if best is None or result.cost < best.cost:
            best = result
    constants = np.array([float(f"{x:.4g}") for x in np.exp(best.x)])
    error = np.abs(model(constants, group.columns, group) / group.seconds - 1)
    return constants, error, held


def swift(operator, found):
    """The Swift literal of all fitted rows."""
    lines = [f"extension {operator.TYPE} {{", "  /// Constants by device, engine and format.",
             f"  static let {operator.VARIABLE}: [FittedRow<Constants>] = ["]
    for group, constants in found:
        lines += ["    FittedRow(", f'      device: "{group.board.name}", backend: "{group.backend}",'
                  f" format: .{group.format},", "      constants: Constants("]
        words = [f"{p.name}: {x:.4g}" for p, x in zip(operator.PARAMETERS, constants)]
        line = "        "
        for place, word in enumerate(words):
            word += ", " if place < len(words) - 1 else ")),"
            if len(line + word.rstrip()) > 100:
                lines.append(line.rstrip())
                line = "        "
            line += word
        lines.append(line)
    return "\n".join(lines + ["  ]", "}", ""])
