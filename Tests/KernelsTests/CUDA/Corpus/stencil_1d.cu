// Sum over a neighbourhood of three to each side, with a halo in shared memory.
// launch stencil_1d grid 2 block 128
// in int in[262] range 0 99
// out int out[256]
// expect out = window_sums(in, 7)
#define RADIUS 3
#define BLOCK_SIZE 128
__global__ void stencil_1d(const int *in, int *out) {
  __shared__ int temp[BLOCK_SIZE + 2 * RADIUS];
  int gindex = threadIdx.x + blockIdx.x * blockDim.x;
  int lindex = threadIdx.x + RADIUS;
  temp[lindex] = in[gindex + RADIUS];
  if (threadIdx.x < RADIUS) {
    temp[lindex - RADIUS] = in[gindex];
    temp[lindex + BLOCK_SIZE] = in[gindex + BLOCK_SIZE + RADIUS];
  }
  __syncthreads();
  int result = 0;
  for (int offset = -RADIUS; offset <= RADIUS; offset++) result += temp[lindex + offset];
  out[gindex] = result;
}
