// Functions of the mathematics library over single and double precision.
// launch mathematics grid 1 block 64
// in float in[64] uniform 0.1 3
// out float out[64*16]
// expect out as nvcc
__global__ void mathematics(const float *in, float *out) {
  const float v = in[threadIdx.x];
  float *o = out + threadIdx.x * 16;
  int e;
  float whole;
  o[0] = frexpf(v, &e) + e + ldexpf(v, 3) + modff(v, &whole) + whole;
  o[1] = fmodf(v * 7, 1.3f) + remainderf(v, 0.7f) + copysignf(v, -1.f) + fdimf(v, 1.f);
  o[2] = hypotf(v, 2.f) + cbrtf(v) + rcbrtf(v) + norm3df(v, 1, 2);
  o[3] = erff(v) + erfcf(v) + tgammaf(v) + lgammaf(v);
  o[4] = sinf(v) + cosf(v) + tanf(v) + asinf(v / 3) + acosf(v / 3) + atanf(v) + atan2f(v, 2.f);
  o[5] = sinhf(v) + coshf(v) + tanhf(v) + asinhf(v) + acoshf(v + 1) + atanhf(v / 4);
  o[6] = expf(v) + exp2f(v) + exp10f(v) + expm1f(v);
  o[7] = logf(v) + log2f(v) + log10f(v) + log1pf(v);
  o[8] = powf(v, 1.5f) + sqrtf(v) + rsqrtf(v) + __powf(v, 2.f) + __logf(v);
  o[9] = rintf(v * 3) + roundf(v * 3) + truncf(v * 3) + floorf(-v) + ceilf(-v) + nearbyintf(v);
  o[10] = (float)lroundf(v * 5) + (float)lrintf(v * 5) + (float)llroundf(-v * 5) + __float2int_rd(-v);
  o[11] = isnan(v) + isinf(v) * 2 + isfinite(v) * 4 + signbit(-v) * 8 + (v != v);
  o[12] = sinpif(v) + cospif(v) + normcdff(v) + j0f(v);
  o[13] = fmaf(v, v, 1.f) + __fdividef(v, 3.f) + __saturatef(v) + fminf(v, 1.f) + fmaxf(v, 1.f) + fabsf(-v);
  const double d = v;
  o[14] = (float)(sin(d) + exp(d) + log(d) + pow(d, 0.3) + sqrt(d) + tanh(d) + atan2(d, 1.0));
  o[15] = (float)(rint(d * 2) + fma(d, d, 0.5) + cbrt(d) + erf(d) + fmod(d, 0.4) + floor(d) + rsqrt(d));
}
