// Blocks take a lock in turn, the last block to finish adds up; time and assertions are asked, too.
// launch locked grid 6 block 32
// inout int state[4] value 0
// inout float maxima[2] value 0
// in float in[192] uniform -5 9
// expect maxima as nvcc
#include <cassert>
__device__ unsigned int finished = 0;
__device__ float atomicMaxFloat(float *address, float value) {
  int *bits = (int *)address;
  int old = *bits, assumed;
  do {
    assumed = old;
    old = atomicCAS(bits, assumed, __float_as_int(fmaxf(value, __int_as_float(assumed))));
  } while (assumed != old);
  return __int_as_float(old);
}
__global__ void locked(int *state, float *maxima, const float *in) {
  clock_t begin = clock();
  long long longer = clock64();
  __shared__ bool isLast;
  atomicMaxFloat(&maxima[0], in[blockIdx.x * 32 + threadIdx.x]);
  if (threadIdx.x == 0) {
    while (atomicCAS(&state[0], 0, 1) != 0) {}
    state[1] += 1;
    __threadfence();
    atomicExch(&state[0], 0);
    unsigned int ticket = atomicInc(&finished, gridDim.x);
    isLast = ticket == gridDim.x - 1;
  }
  __syncthreads();
  if (isLast && threadIdx.x == 0) {
    maxima[1] = maxima[0] * 2 + state[1];
    assert(state[1] == 6 && "every block came");
    printf("%d blocks, top %.3f %s\n", state[1], maxima[0], clock() >= begin ? "ok" : "late");
    state[2] = clock64() - longer >= 0;
  }
}
