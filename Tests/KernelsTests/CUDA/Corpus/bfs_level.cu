// One level of a breadth-first search over a graph of equal degrees.
// launch bfs_level grid 1 block 64
// in int start[65] iota 4
// in int edges[256] range 0 63
// inout int level[64] value -1
// int current = 0
// out int changed[1]
// expect level as nvcc
__global__ void bfs_level(const int *start, const int *edges, int *level, int current, int *changed) {
  int v = blockIdx.x * blockDim.x + threadIdx.x;
  if (current == 0 && v == 0) level[0] = 0;
  __syncthreads();
  if (level[v] != current) return;
  for (int e = start[v]; e < start[v + 1]; ++e) {
    int to = edges[e];
    if (level[to] == -1) {
      level[to] = current + 1;
      *changed = true;
    }
  }
}
