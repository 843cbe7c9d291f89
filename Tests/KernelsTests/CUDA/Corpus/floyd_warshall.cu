// Shortest paths between all pairs of a small graph, in one block.
// launch floyd_warshall grid 1 block 16,16
// inout int d[16*16] range 1 100
// int n = 16
// expect d = shortest_paths(d, 16)
__global__ void floyd_warshall(int *d, int n) {
  const int i = threadIdx.y, j = threadIdx.x;
  for (int k = 0; k < n; k++) {
    int through = d[i * n + k] + d[k * n + j];
    __syncthreads();
    d[i * n + j] = min(d[i * n + j], through);
    __syncthreads();
  }
}
