// Nearest of eight centres for each point.
// launch kmeans_assign grid 2 block 64
// in float points[100*3] uniform 0 1
// in float centres[8*3] uniform 0 1
// out int nearest[100]
// int n = 100
// expect nearest = nearest(points, centres, 100, 8, 3)
__constant__ float margin = 0.0f;
struct Point {
  float x, y, z;
};
__device__ float distance2(const Point &a, const Point &b) {
  const float dx = a.x - b.x, dy = a.y - b.y, dz = a.z - b.z;
  return dx * dx + dy * dy + dz * dz;
}
__global__ void kmeans_assign(const Point *points, const Point *centres, int *nearest, int n) {
  __shared__ Point c[8];
  if (threadIdx.x < 8) c[threadIdx.x] = centres[threadIdx.x];
  __syncthreads();
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  Point p = points[i];
  float best = INFINITY;
  int which = -1;
  for (int k = 0; k < 8; k++) {
    float d = distance2(p, c[k]) + margin;
    if (d < best) best = d, which = k;
  }
  nearest[i] = which;
}
