// Losses of rows of logits against their targets.
// launch crossentropy grid 10 block 32
// out float losses[10]
// in float logits[10*50] uniform -3 3
// in int targets[10] range 0 49
// int V = 50
// expect losses = crossentropy(logits, targets, 10, 50) within 1e-4
__global__ void crossentropy(float *losses, const float *logits, const int *targets, int V) {
  const float *x = logits + blockIdx.x * V;
  float top = -INFINITY, sum = 0.0f;
  for (int i = threadIdx.x; i < V; i += 32) {
    float value = x[i];
    if (value > top) {
      sum *= expf(top - value);
      top = value;
    }
    sum += expf(value - top);
  }
  for (int d = 16; d > 0; d /= 2) {
    float otherTop = __shfl_xor_sync(0xffffffff, top, d);
    float otherSum = __shfl_xor_sync(0xffffffff, sum, d);
    float newTop = fmaxf(top, otherTop);
    sum = sum * expf(top - newTop) + otherSum * expf(otherTop - newTop);
    top = newTop;
  }
  if (threadIdx.x == 0) losses[blockIdx.x] = logf(sum) + top - x[targets[blockIdx.x]];
}
