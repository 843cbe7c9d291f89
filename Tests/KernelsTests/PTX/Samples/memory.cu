// Spaces: constants, globals with addresses in them, shared, local, generic.
__device__ int counter;
__device__ float table[16] = {1, 2, 3, 4};
__constant__ float coefficients[8] = {0.5f, 1.5f, 2.5f};
__constant__ int2 pairs[3] = {{1, 2}, {3, 4}, {5, 6}};
extern __shared__ float dynamic[];
__global__ void __launch_bounds__(128) spaces(const float *a, float *b) {
  __shared__ float fixed[128];
  int i = threadIdx.x;
  fixed[i] = a[i];
  dynamic[i] = a[i] * coefficients[i & 7] + pairs[i % 3].x;
  __syncthreads();
  const float *g = (i & 1) ? dynamic : a;
  b[i] = dynamic[blockDim.x - 1 - i] + g[i] + fixed[i ^ 1];
  reinterpret_cast<float4 *>(b)[i + 32] = reinterpret_cast<const float4 *>(dynamic)[i >> 2];
  reinterpret_cast<double2 *>(b)[i + 128] = reinterpret_cast<const double2 *>(a)[i];
  if (i == 0) { counter = 7; table[5] = pairs[2].y; }
}

__global__ void generic(int *a, int sel) {
  __shared__ int s[32];
  int l[4] = {1, 2, 3, 4};
  s[threadIdx.x] = threadIdx.x;
  __syncthreads();
  int *p = sel == 0 ? a + 64 : sel == 1 ? s + threadIdx.x / 2 : l;
  p[threadIdx.x & 3] += 5;
  __syncthreads();
  a[threadIdx.x] = l[sel & 3] + s[threadIdx.x & 3] + 100 * __isShared(p) + 200 * __isGlobal(p)
                   + 400 * __isLocal(p);
}

__global__ void locals(const int *a, int *b, int n) {
  int t[32];
  for (int i = 0; i < n; i++) t[i & 31] = a[i] + threadIdx.x;
  int s = 0;
  for (int i = 0; i < n; i++) s += t[a[i] & 31] * i;
  b[threadIdx.x] = s;
}

__global__ void small(const unsigned char *a, const signed char *b, const short *c,
                      const unsigned short *d, int *out, short *o2, unsigned char *o3) {
  int i = threadIdx.x;
  out[i] = a[i] + b[i] * c[i] - d[i];
  o2[i] = (short)(c[i] * 3 + d[i]);
  o3[i] = (unsigned char)((a[i] << 1) | (b[i] >> 2));
  short m = c[i] > 0 ? c[i] : b[i];
  o2[i] += m / 3;
  o3[i] ^= d[i] % 5;
}

#ifndef ORRERY  // What only a full compiler takes.
__device__ const float *pointers[2] = {table, table + 2};
__global__ void tables(float *b) {
  b[threadIdx.x] = pointers[threadIdx.x & 1][threadIdx.x & 7];
}
#endif
