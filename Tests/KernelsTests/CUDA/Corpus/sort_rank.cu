// Sort by counting how many values come before each.
// launch sort_rank grid 3 block 32
// in float in[90] uniform 0 1
// out float out[90]
// int n = 90
// expect out = sorted(in)
__global__ void sort_rank(const float *in, float *out, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  const float mine = in[i];
  int rank = 0;
  for (int j = 0; j < n; j++) rank += in[j] < mine || (in[j] == mine && j < i);
  out[rank] = mine;
}
