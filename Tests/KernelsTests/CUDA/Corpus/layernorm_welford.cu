// Layer norm by Welford's update, whose partial results a warp joins.
// launch layernormWelford grid 6 block 32
// in float in[6*100] uniform -2 5
// in float gamma[100] uniform 0 2
// in float beta[100] uniform -1 1
// out float out[6*100]
// int C = 100
// expect out = layernorm(in, gamma, beta, 6, 100) within 1e-4
template <typename T> struct Welford {
  T mean, m2, count;
  __device__ Welford() : mean(0), m2(0), count(0) {}
  __device__ void add(T x) {
    count += 1;
    T delta = x - mean;
    mean += delta / count;
    m2 += delta * (x - mean);
  }
  __device__ void join(T otherMean, T otherM2, T otherCount) {
    if (otherCount == 0) return;
    T total = count + otherCount, delta = otherMean - mean;
    mean += delta * (otherCount / total);
    m2 += otherM2 + delta * delta * count * otherCount / total;
    count = total;
  }
};

__global__ void layernormWelford(const float *in, const float *gamma, const float *beta, float *out,
                                 int C) {
  const float *x = in + blockIdx.x * C;
  Welford<float> w;
  for (int i = threadIdx.x; i < C; i += 32) w.add(x[i]);
  for (int o = 16; o > 0; o /= 2) {
    float mean = __shfl_down_sync(0xffffffff, w.mean, o);
    float m2 = __shfl_down_sync(0xffffffff, w.m2, o);
    float count = __shfl_down_sync(0xffffffff, w.count, o);
    w.join(mean, m2, count);
  }
  const float mean = __shfl_sync(0xffffffff, w.mean, 0);
  const float rstd = rsqrtf(__shfl_sync(0xffffffff, w.m2, 0) / C + 1e-5f);
  for (int i = threadIdx.x; i < C; i += 32)
    out[blockIdx.x * C + i] = (x[i] - mean) * rstd * gamma[i] + beta[i];
}
