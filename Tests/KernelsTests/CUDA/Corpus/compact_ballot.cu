// Keeps the positive numbers, in order inside a warp, by ballots.
// launch compact_ballot grid 1 block 32
// in int in[32] range -9 9
// out int out[32]
// out int count[1]
// expect out = positives(in)
__global__ void compact_ballot(const int *in, int *out, int *count) {
  int lane = threadIdx.x;
  int value = in[lane];
  unsigned mask = __ballot_sync(0xffffffff, value > 0);
  int rank = __popc(mask & ((1u << lane) - 1));
  if (value > 0) out[rank] = value;
  if (lane == 0) *count = __popc(mask);
}
