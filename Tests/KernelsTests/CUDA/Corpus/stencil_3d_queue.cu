// A seven-point stencil that keeps three planes in registers and one in shared memory.
// launch stencil3d grid 2,2 block 16,8
// in float in[8*16*32] uniform -1 1
// out float out[8*16*32]
// int nx = 32
// int ny = 16
// int nz = 8
// float c0 = 0.5
// float c1 = 0.125
// expect out = seven_point(in, 32, 16, 8, 0.5, 0.125) within 1e-5
#define BX 16
#define BY 8
__global__ void stencil3d(const float *__restrict__ in, float *__restrict__ out, int nx, int ny,
                          int nz, float c0, float c1) {
  __shared__ float plane[BY + 2][BX + 2];
  const int x = blockIdx.x * BX + threadIdx.x, y = blockIdx.y * BY + threadIdx.y;
  const int tx = threadIdx.x + 1, ty = threadIdx.y + 1;
  const int stride = nx * ny;
  int at = y * nx + x;
  float behind = 0.0f, here = in[at], ahead = nz > 1 ? in[at + stride] : 0.0f;
  for (int z = 0; z < nz; z++, at += stride) {
    plane[ty][tx] = here;
    if (threadIdx.x == 0) plane[ty][0] = x > 0 ? in[at - 1] : 0.0f;
    if (threadIdx.x == BX - 1) plane[ty][BX + 1] = x + 1 < nx ? in[at + 1] : 0.0f;
    if (threadIdx.y == 0) plane[0][tx] = y > 0 ? in[at - nx] : 0.0f;
    if (threadIdx.y == BY - 1) plane[BY + 1][tx] = y + 1 < ny ? in[at + nx] : 0.0f;
    __syncthreads();
    out[at] = c0 * here + c1 * (plane[ty][tx - 1] + plane[ty][tx + 1] + plane[ty - 1][tx] +
                                plane[ty + 1][tx] + behind + ahead);
    behind = here;
    here = ahead;
    ahead = z + 2 < nz ? in[at + 2 * stride] : 0.0f;
    __syncthreads();
  }
}
