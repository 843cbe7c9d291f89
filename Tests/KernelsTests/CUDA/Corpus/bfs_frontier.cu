// One block walks a graph level by level, with frontiers as queues in shared memory.
// launch bfs grid 1 block 64
// in int starts[65] iota 3
// in int neighbours[192] range 0 63
// inout int level[64] value -1
// int source = 5
// expect level = bfs_levels(starts, neighbours, 5)
__global__ void bfs(const int *starts, const int *neighbours, int *level, int source) {
  __shared__ int queue[2][64];
  __shared__ int sizes[2];
  if (threadIdx.x == 0) {
    queue[0][0] = source;
    sizes[0] = 1;
    sizes[1] = 0;
    level[source] = 0;
  }
  __syncthreads();
  int current = 0, depth = 0;
  while (sizes[current] > 0) {
    ++depth;
    for (int i = threadIdx.x; i < sizes[current]; i += blockDim.x) {
      int v = queue[current][i];
      for (int e = starts[v]; e < starts[v + 1]; ++e) {
        int w = neighbours[e];
        if (atomicCAS(&level[w], -1, depth) == -1) queue[current ^ 1][atomicAdd(&sizes[current ^ 1], 1)] = w;
      }
    }
    __syncthreads();
    if (threadIdx.x == 0) sizes[current] = 0;
    current ^= 1;
    __syncthreads();
  }
}
