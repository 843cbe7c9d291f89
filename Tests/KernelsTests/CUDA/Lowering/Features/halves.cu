// Halves and bfloat16, alone and in pairs.
// launch halves grid 1 block 64
// out float out[64]
// in float in[64] uniform -2 2
// expect out as nvcc
#include <cuda_fp16.h>
#include <cuda_bf16.h>
__global__ void halves(float *out, const float *in) {
  int t = threadIdx.x;
  half a = __float2half(in[t]), b = __float2half_rn(in[(t + 5) % 64]);
  half c = __hadd(a, __hmul(b, __float2half(2.f)));
  half2 p = __halves2half2(a, b), q = __float2half2_rn(0.5f);
  half2 r = __hfma2(p, q, __hadd2(p, q));
  r = r * q + __hneg2(p);
  float2 f = __half22float2(r);
  __nv_bfloat16 x = __float2bfloat16(in[t]);
  __nv_bfloat162 y = __floats2bfloat162_rn(in[t], 3.f);
  y = __hmul2(y, y);
  bool lt = __hlt(a, b);
  if (a > b) c = c + a;
  if (__hgt(b, a)) c -= b;
  c = hsqrt(__habs(c)) + (half)0.25f;
  c += a;
  c = -c;
  out[t] = __half2float(c) + f.x * 3 + f.y + __bfloat162float(x) + __low2float(r)
      + (float)y.x + __bfloat162float(y.y) + (lt ? 10 : 0) + __half2int_rn(b)
          + __half_as_ushort(a) % 7;
}
