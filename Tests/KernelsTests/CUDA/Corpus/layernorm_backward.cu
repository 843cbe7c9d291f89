// Gradients of layer norm for its input; those of the weights by atomics.
// launch layernorm_backward grid 4 block 32
// inout float dinp[4*40] value 0
// inout float dweight[40] value 0
// inout float dbias[40] value 0
// in float dout[4*40] uniform -1 1
// in float inp[4*40] uniform -1 1
// in float weight[40] uniform 0 1
// int C = 40
// expect dinp = layernorm_dinp(dout, inp, weight, 4, 40) within 1e-3
__device__ float warpReduceSum(float val) {
  for (int offset = 16; offset > 0; offset /= 2) val += __shfl_xor_sync(0xFFFFFFFF, val, offset);
  return val;
}

__global__ void layernorm_backward(
    float *dinp, float *dweight, float *dbias, const float *dout, const float *inp,
    const float *weight, int C) {
  const int row = blockIdx.x, lane = threadIdx.x;
  const float *x = inp + row * C, *d = dout + row * C;
  float sum = 0.0f, squares = 0.0f;
  for (int i = lane; i < C; i += 32) sum += x[i], squares += x[i] * x[i];
  sum = warpReduceSum(sum);
  squares = warpReduceSum(squares);
  const float mean = sum / C, rstd = rsqrtf(squares / C - mean * mean + 1e-5f);
  float dnorm_mean = 0.0f, dnorm_norm_mean = 0.0f;
  for (int i = lane; i < C; i += 32) {
    float norm = (x[i] - mean) * rstd, dnorm = weight[i] * d[i];
    dnorm_mean += dnorm;
    dnorm_norm_mean += dnorm * norm;
  }
  dnorm_mean = warpReduceSum(dnorm_mean) / C;
  dnorm_norm_mean = warpReduceSum(dnorm_norm_mean) / C;
  for (int i = lane; i < C; i += 32) {
    float norm = (x[i] - mean) * rstd, dnorm = weight[i] * d[i];
    atomicAdd(&dbias[i], d[i]);
    atomicAdd(&dweight[i], norm * d[i]);
    float dval = dnorm - dnorm_mean - norm * dnorm_norm_mean;
    dinp[row * C + i] += dval * rstd;
  }
}
