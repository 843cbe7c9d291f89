// Cheapest way down a grid, row after row in shared memory.
// launch pathfinder grid 1 block 64
// in int cost[10*64] range 0 9
// out int out[64]
// int rows = 10
// expect out = cheapest_path(cost, 10, 64)
#define IN_RANGE(x, lo, hi) ((x) >= (lo) && (x) <= (hi))
#define MIN(a, b) ((a) <= (b) ? (a) : (b))
__global__ void pathfinder(const int *cost, int *out, int rows) {
  __shared__ int prev[64];
  int tx = threadIdx.x;
  prev[tx] = cost[tx];
  __syncthreads();
  for (int row = 1; row < rows; row++) {
    int left = IN_RANGE(tx - 1, 0, 63) ? prev[tx - 1] : prev[tx];
    int right = IN_RANGE(tx + 1, 0, 63) ? prev[tx + 1] : prev[tx];
    int shortest = MIN(left, prev[tx]);
    shortest = MIN(shortest, right);
    __syncthreads();
    prev[tx] = shortest + cost[row * 64 + tx];
    __syncthreads();
  }
  out[tx] = prev[tx];
}
