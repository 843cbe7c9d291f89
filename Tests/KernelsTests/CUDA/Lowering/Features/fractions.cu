// Fractions: the functions of mathematics.
// launch fractions grid 1 block 64
// out float out[64]
// in float in[64] uniform -1 1
// expect out as nvcc
__global__ void fractions(float *out, const float *in) {
  int t = threadIdx.x;
  float x = in[t], y = in[(t + 1) % 64];
  double d = x;
  float r = sinf(x) + cosf(y) * tanf(x * 0.1f) + expf(x) + logf(fabsf(y) + 1.f)
      + sqrtf(fabsf(x)) + rsqrtf(x * x + 1.f);
  r += powf(fabsf(x), 1.5f) + atan2f(x, y) + fmodf(x * 10, 3.f) + floorf(x * 5)
      + ceilf(y * 5) + roundf(x * 7) + truncf(y * 9) + rintf(x * 3.5f);
  r += fmaxf(x, y) - fminf(x, y) + fmaf(x, y, 1.f) + copysignf(2.f, x) + hypotf(x, y)
      + cbrtf(x) + erff(x) + __expf(y) + __fdividef(x, y * y + 1.f);
  r += (float)(sin(d) + exp(d) * 0.5 + pow(d * d + 1, 0.3)) + tanhf(x) + log1pf(x * x)
      + expm1f(y) + exp2f(x) + log2f(x * x + 1) + log10f(y * y + 1);
  r += (x > y ? x : y) + (isnan(x) ? 1 : 0) + (isinf(y / (x - x)) ? 2 : 0) + signbit(x)
      + ldexpf(x, 3) + __saturatef(x * 2) + (int)x + (unsigned)fabsf(y * 100);
  float s, c;
  sincosf(x, &s, &c);
  r += s * 2 + c * 3;
  int e;
  float fr = modff(x * 3.3f, &s);
  r += fr + s;
  r += max(x, 0.25f) + min(y, 0.5f) + abs(x) + fdimf(x, y) + normcdff(x) + __powf(2.f, x)
      + sinpif(x) + lroundf(x * 10) + asinhf(x) + acosf(x) + asinf(y);
  out[t] = r;
}
