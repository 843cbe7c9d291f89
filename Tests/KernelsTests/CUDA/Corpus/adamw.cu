// A step of AdamW with bias correction.
// launch adamw grid 2 block 128
// inout float params[200] uniform -1 1
// in float grads[200] uniform -1 1
// inout float m[200] uniform -0.1 0.1
// inout float v[200] uniform 0 0.1
// int n = 200
// float learning_rate = 0.01
// float beta1 = 0.9
// float beta2 = 0.999
// float beta1_correction = 0.1
// float beta2_correction = 0.001
// float eps = 1e-8
// float weight_decay = 0.1
// expect params = adamw(params, grads, m, v, 0.01, 0.9, 0.999, 0.1, 0.001, 1e-8, 0.1) within 1e-5
__device__ inline float lerp(float start, float end, float weight) {
  return fma(weight, end, fma(-weight, start, start));
}

__global__ void adamw(
    float *params, const float *grads, float *m_memory, float *v_memory, long num_parameters,
    float learning_rate, float beta1, float beta2, float beta1_correction, float beta2_correction,
    float eps, float weight_decay) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= num_parameters) return;
  float grad = grads[i];
  float m = m_memory[i];
  float v = v_memory[i];
  m = lerp(grad, m, beta1);
  m_memory[i] = m;
  v = lerp(grad * grad, v, beta2);
  v_memory[i] = v;
  m /= beta1_correction;
  v /= beta2_correction;
  params[i] -= learning_rate * (m / (sqrtf(v) + eps) + weight_decay * params[i]);
}
