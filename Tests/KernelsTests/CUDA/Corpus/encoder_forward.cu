// Token and position embeddings, four channels at a time.
// launch encoder_forward grid 2 block 64
// out float out[2*8*32]
// in int inp[2*8] range 0 19
// in float wte[20*32] uniform -1 1
// in float wpe[8*32] uniform -1 1
// int B = 2
// int T = 8
// int C = 32
// expect out = embed(inp, wte, wpe, 2, 8, 32) within 1e-6
__device__ inline float4 add_float4(const float4 &a, const float4 &b) {
  return make_float4(a.x + b.x, a.y + b.y, a.z + b.z, a.w + b.w);
}

__global__ void encoder_forward(
    float4 *out, const int *inp, const float4 *wte, const float4 *wpe, int B, int T, int C) {
  int C4 = C / 4;
  int idx = blockIdx.x * blockDim.x + threadIdx.x;
  int N = B * T * C4;
  if (idx < N) {
    int bt = idx / C4;
    int b = bt / T;
    int t = bt % T;
    int c4 = idx % C4;
    int ix = inp[b * T + t];
    out[b * T * C4 + t * C4 + c4] = add_float4(wte[ix * C4 + c4], wpe[t * C4 + c4]);
  }
}
