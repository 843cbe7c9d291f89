// Updates of a mesh through pointers in a structure given by value.
// launch lulesh_like grid 1 block 64
// in float x[65] uniform 0 1
// in float v[64] uniform 0 1
// out float e[64]
// float dt = 0.1
// expect e as nvcc
struct Mesh {
  const float *x;
  const float *v;
  float *e;
  int count;
};
static __device__ __noinline__ void advance(const Mesh &m, int i, float dt) {
  const float length = fabsf(m.x[i + 1] - m.x[i]) + 1e-3f;
  float pressure = (length > 0.5f) ? 1.0f / length : 2.0f - length;
  if (!(pressure < 100.0f)) pressure = 100.0f;
  m.e[i] = fmaf(pressure, dt, 0.5f * m.v[i] * m.v[i]);
}
__global__ void lulesh_like(const float *x, const float *v, float *e, float dt) {
  Mesh mesh{x, v, e, 64};
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < mesh.count) advance(mesh, i, dt);
}
