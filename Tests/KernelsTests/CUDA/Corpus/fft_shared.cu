// Fourier transform of 64 points in shared memory, radix 2.
// launch fft_shared grid 1 block 32
// in float in[64*2] uniform -1 1
// out float out[64*2]
// int n = 64
// expect out = dft(in, 64) within 1e-3
__device__ float2 operator+(float2 a, float2 b) { return make_float2(a.x + b.x, a.y + b.y); }
__device__ float2 operator-(float2 a, float2 b) { return make_float2(a.x - b.x, a.y - b.y); }
__device__ float2 operator*(float2 a, float2 b) {
  return make_float2(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
}

__global__ void fft_shared(const float2 *in, float2 *out, int n) {
  __shared__ float2 s[64];
  const int t = threadIdx.x;
  const int bits = 31 - __clz(n);
  for (int i = t; i < n; i += n / 2) s[__brev(i) >> (32 - bits)] = in[i];
  __syncthreads();
  for (int half = 1; half < n; half *= 2) {
    const int k = t % half;
    const int i = (t / half) * half * 2 + k;
    float2 w;
    sincospif(-(float)k / half, &w.y, &w.x);
    const float2 a = s[i], b = w * s[i + half];
    s[i] = a + b;
    s[i + half] = a - b;
    __syncthreads();
  }
  for (int i = t; i < n; i += n / 2) out[i] = s[i];
}
