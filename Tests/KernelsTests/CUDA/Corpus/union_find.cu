// Joins the ends of edges in a forest of parents by compare-and-swap.
// launch components grid 2 block 64
// in int from[100] range 0 149
// in int to[100] range 0 149
// inout int parents[150] iota 1
// int edges = 100
// expect parents as nvcc
__device__ int root(volatile int *parents, int v) {
  int p = parents[v];
  while (p != v) {
    v = p;
    p = parents[v];
  }
  return v;
}
__global__ void components(const int *from, const int *to, int *parents, int edges) {
  int e = blockIdx.x * blockDim.x + threadIdx.x;
  if (e >= edges) return;
  int a = from[e], b = to[e];
  for (;;) {
    a = root(parents, a);
    b = root(parents, b);
    if (a == b) return;
    if (a < b) { int t = a; a = b; b = t; }
    int old = atomicCAS(&parents[a], a, b);
    if (old == a) return;
    a = old;
  }
}
