// One query attends to a cache of keys by warps that each take a share, then join.
// launch decodeAttention<32,4> grid 3 block 128
// in float q[3*32] uniform -1 1
// in float k[3*40*32] uniform -1 1
// in float v[3*40*32] uniform -1 1
// out float out[3*32]
// int length = 40
// expect out = decode_attention(q, k, v, 40, 32) within 1e-4
template <int D, int WARPS>
__global__ void decodeAttention(const float *q, const float *k, const float *v, float *out,
                                int length) {
  __shared__ float maxima[WARPS], sums[WARPS], parts[WARPS][D];
  const int head = blockIdx.x, lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  const float query = q[head * D + lane] * rsqrtf((float)D);
  float m = -INFINITY, l = 0.f, acc = 0.f;
  for (int t = warp; t < length; t += WARPS) {
    float s = query * k[(head * length + t) * D + lane];
    for (int o = 16; o; o >>= 1) s += __shfl_xor_sync(0xffffffffu, s, o);
    float mNew = fmaxf(m, s);
    float old = expf(m - mNew), e = expf(s - mNew);
    l = l * old + e;
    acc = acc * old + e * v[(head * length + t) * D + lane];
    m = mNew;
  }
  if (lane == 0) { maxima[warp] = m; sums[warp] = l; }
  parts[warp][lane] = acc;
  __syncthreads();
  if (warp == 0) {
    float top = maxima[0];
    for (int w = 1; w < WARPS; w++) top = fmaxf(top, maxima[w]);
    float total = 0.f, value = 0.f;
    for (int w = 0; w < WARPS; w++) {
      float f = expf(maxima[w] - top);
      total += f * sums[w];
      value += f * parts[w][lane];
    }
    out[head * D + lane] = value / total;
  }
}
