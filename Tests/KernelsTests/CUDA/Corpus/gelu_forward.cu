// GELU by its tanh form.
// launch gelu_forward grid 3 block 100
// out float out[300]
// in float inp[300] uniform -4 4
// int N = 300
// expect out = gelu(inp) within 1e-5
#define GELU_SCALING_FACTOR sqrtf(2.0f / M_PI)
__global__ void gelu_forward(float *out, const float *inp, int N) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < N) {
    float xi = inp[i];
    float cube = 0.044715f * xi * xi * xi;
    out[i] = 0.5f * xi * (1.0f + tanhf(GELU_SCALING_FACTOR * (xi + cube)));
  }
}
