// One Jacobi step of a plate, the edge kept.
// launch stencil_jacobi grid 3,3 block 16,16
// in float u[40*40] uniform 0 1
// out float v[40*40]
// int n = 40
// expect v = jacobi(u, 40) within 1e-5
#define IDX(i, j) ((i) * n + (j))
__global__ void stencil_jacobi(const float *__restrict__ u, float *__restrict__ v, int n) {
  int j = threadIdx.x + blockIdx.x * blockDim.x;
  int i = threadIdx.y + blockIdx.y * blockDim.y;
  if (i >= n || j >= n) return;
  if (i == 0 || j == 0 || i == n - 1 || j == n - 1) {
    v[IDX(i, j)] = u[IDX(i, j)];
  } else {
    v[IDX(i, j)] = 0.25f * (u[IDX(i - 1, j)] + u[IDX(i + 1, j)] + u[IDX(i, j - 1)] + u[IDX(i, j + 1)]);
  }
}
