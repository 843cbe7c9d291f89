// Prices of European options.
// launch black_scholes grid 2 block 128
// out float call[200]
// out float put[200]
// in float price[200] uniform 5 30
// in float strike[200] uniform 1 100
// in float years[200] uniform 0.25 10
// float riskfree = 0.02
// float volatility = 0.3
// int n = 200
// expect call = black_scholes(price, strike, years, 0.02, 0.3) within 1e-3
__device__ inline float cndGPU(float d) {
  const float A1 = 0.31938153f;
  const float A2 = -0.356563782f;
  const float A3 = 1.781477937f;
  const float A4 = -1.821255978f;
  const float A5 = 1.330274429f;
  const float RSQRT2PI = 0.39894228040143267793994605993438f;
  float K = __fdividef(1.0f, (1.0f + 0.2316419f * fabsf(d)));
  float cnd = RSQRT2PI * __expf(-0.5f * d * d) * (K * (A1 + K * (A2 + K * (A3 + K * (A4 + K * A5)))));
  if (d > 0) cnd = 1.0f - cnd;
  return cnd;
}

__launch_bounds__(128) __global__ void black_scholes(
    float *__restrict call, float *__restrict put, const float *__restrict price,
    const float *__restrict strike, const float *__restrict years, float R, float V, int n) {
  const int i = blockDim.x * blockIdx.x + threadIdx.x;
  if (i >= n) return;
  float S = price[i], X = strike[i], T = years[i];
  float sqrtT = __fdividef(1.0F, rsqrtf(T));
  float d1 = __fdividef(__logf(S / X) + (R + 0.5f * V * V) * T, V * sqrtT);
  float d2 = d1 - V * sqrtT;
  float CNDD1 = cndGPU(d1), CNDD2 = cndGPU(d2);
  float expRT = __expf(-R * T);
  call[i] = S * CNDD1 - X * expRT * CNDD2;
  put[i] = X * expRT * (1.0f - CNDD2) - S * (1.0f - CNDD1);
}
