// Formats values from one lane and checks the others.
// launch printing grid 1 block 32
// in int in[32] range 0 99
// out int out[32]
// expect out = scale(in, 2)
#include <cassert>
#include <cstdio>
__device__ const char *const label = "lane";
__global__ void printing(const int *in, int *out) {
  int v = in[threadIdx.x];
  assert(v >= 0 && v < 100);
  if (threadIdx.x < 2) printf("lane %d of %u: %d %5.2f%% %s\n", threadIdx.x, blockDim.x, v, v / 2.0, "ok");
  out[threadIdx.x] = v * 2;
}
