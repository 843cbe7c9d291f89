"""Multi-head latent attention: the attention models on MLA's tables."""
import decode
import prefill
from common import FORMATS, groups, read


class _Latent:
    """One phase of the MLA tables with another module's model."""

    def __init__(self, base, phase, columns):
        self.NAME, self.TYPE, self.VARIABLE = f"latent {phase}", base.TYPE, "fittedLatent"
        self.FILE = base.FILE
        self.SEED, self.STARTS = 1, base.STARTS
        self.PARAMETERS, self.model = base.PARAMETERS, base.model
        self.phase, self.columns = phase, columns

    def load(self):
        return groups(
            [r for r in read("aic_mla.csv") if r["phase"] == self.phase],
            lambda r: (r["device"], r["backend"], FORMATS[r["kv_dtype"]]),
            # Two head counts are all there is, so batches are held out.
            lambda r: f"{r['heads']}x{r['batch']}", self.columns)


PREFILL = _Latent(
    prefill, "prefill", lambda r: (r["heads"], r["heads"], 160, r["batch"], r["seq_len"]))
DECODE = _Latent(
    decode, "decode",
    lambda r: (r["batch"], r["seq_len"], (int(r["heads"]) + 63) // 64, True,
               576 * decode.STORED[FORMATS[r["kv_dtype"]]]))
