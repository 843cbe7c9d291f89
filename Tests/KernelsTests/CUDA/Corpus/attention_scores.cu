// Scores of queries against keys with the causal mask.
// launch attention_scores grid 10 block 64
// out float att[2*17*17]
// in float q[2*17*8] uniform -1 1
// in float k[2*17*8] uniform -1 1
// int H = 2
// int T = 17
// int D = 8
// expect att = causal_scores(q, k, 2, 17, 8) within 1e-4
__global__ void attention_scores(float *att, const float *q, const float *k, int H, int T, int D) {
  int idx = blockIdx.x * blockDim.x + threadIdx.x;
  int total = H * T * T;
  if (idx < total) {
    int t2 = idx % T;
    int t = (idx / T) % T;
    int h = idx / (T * T);
    if (t2 > t) {
      att[idx] = -INFINITY;
      return;
    }
    const float *query = q + (h * T + t) * D;
    const float *key = k + (h * T + t2) * D;
    float val = 0.0f;
    for (int i = 0; i < D; i++) val += query[i] * key[i];
    att[idx] = val * (1.0f / sqrtf(static_cast<float>(D)));
  }
}
