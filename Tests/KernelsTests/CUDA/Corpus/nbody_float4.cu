// Bodies as float4, with operators on float3 as the samples' helper header has them.
// launch nbodyForces grid 2 block 32
// in float bodies[64*4] uniform 0.1 2
// out float forces[64*4]
// int n = 64
// float softening = 0.05
// expect forces = nbody4(bodies, 64, 0.05) within 1e-3
inline __host__ __device__ float3 operator-(float3 a, float3 b) {
  return make_float3(a.x - b.x, a.y - b.y, a.z - b.z);
}
inline __host__ __device__ float3 operator*(float s, const float3 &a) {
  return make_float3(s * a.x, s * a.y, s * a.z);
}
inline __host__ __device__ void operator+=(float3 &a, const float3 &b) {
  a.x += b.x; a.y += b.y; a.z += b.z;
}
inline __host__ __device__ float dot(float3 a, float3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }

__device__ float3 interact(float3 sum, float4 me, float4 other, float softening) {
  float3 r = make_float3(other.x, other.y, other.z) - make_float3(me.x, me.y, me.z);
  float d2 = dot(r, r) + softening;
  float inv = rsqrtf(d2);
  sum += other.w * inv * inv * inv * r;
  return sum;
}

__global__ void nbodyForces(const float4 *bodies, float4 *forces, int n, float softening) {
  extern __shared__ float4 unused[];
  __shared__ float4 tile[32];
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  float4 me = bodies[i];
  float3 sum = {0.0f, 0.0f, 0.0f};
  for (int start = 0; start < n; start += blockDim.x) {
    tile[threadIdx.x] = bodies[start + threadIdx.x];
    __syncthreads();
#pragma unroll 8
    for (int j = 0; j < 32; j++) sum = interact(sum, me, tile[j], softening);
    __syncthreads();
  }
  forces[i] = make_float4(sum.x, sum.y, sum.z, me.w);
}
