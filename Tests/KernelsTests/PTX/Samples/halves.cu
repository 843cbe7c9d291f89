// f16, bf16 and pairs of them.
#include <cuda_bf16.h>
#include <cuda_fp16.h>
__global__ void halves(const __half *a, __half *b, float *f) {
  int i = threadIdx.x;
  __half x = a[i], y = a[i + 1];
  __half *o = b + i * 16;
  o[0] = __hadd(x, y); o[1] = __hmul(x, y); o[2] = __hfma(x, y, x);
  o[3] = __hsub(x, __float2half(0.5f)); o[4] = __hdiv(x, y); o[5] = __hmax(x, y);
  o[6] = __hmin(x, y); o[7] = __hneg(x); o[8] = __habs(x); o[9] = hsqrt(__habs(x));
  o[10] = __hgt(x, y) ? x : y; 
#ifndef ORRERY
  o[11] = __hadd_sat(x, y); o[12] = __hfma_relu(x, y, y);
#endif
 
  o[13] = hfloor(x); o[14] = __int2half_rn(i); o[15] = __double2half((double)i / 3);
  f[2 * i] = __half2float(x);
  f[2 * i + 1] = (float)__half2int_rn(x) + (float)__half2short_rz(y);
}
__global__ void pairs(const __half2 *a, __half2 *b, float2 *f) {
  int i = threadIdx.x;
  __half2 x = a[i], y = a[i + 1];
  __half2 *o = b + i * 16;
  o[0] = __hadd2(x, y); o[1] = __hfma2(x, y, x); o[2] = __hmul2(x, y); o[3] = __hsub2(x, y);
  o[4] = __hmax2(x, y); o[5] = __hmin2(x, __hneg2(y)); o[6] = __hgt2(x, y);
  o[7] = __hbgt2(x, y) ? x : y; o[8] = __floats2half2_rn(1.5f * i, 2.5f);
  o[9] = __halves2half2(__low2half(x), __high2half(y)); o[10] = __half2half2(__low2half(x));
  o[11] = __lowhigh2highlow(x); o[12] = __habs2(x); o[13] = __heq2(x, y); o[14] = x; o[15] = y;
  f[i] = __half22float2(x);
}
__global__ void brains(const __nv_bfloat16 *a, __nv_bfloat16 *b, const __nv_bfloat162 *c,
                       __nv_bfloat162 *d, float *f) {
  int i = threadIdx.x;
  __nv_bfloat16 x = a[i], y = a[i + 1];
  __nv_bfloat16 *o = b + i * 8;
  o[0] = __hadd(x, y); o[1] = __hmul(x, y); o[2] = __hfma(x, y, x);
  o[3] = __hsub(x, __float2bfloat16(0.5f)); o[4] = __hmax(x, y); o[5] = __habs(__hneg(x));
  o[6] = x > y ? x : y; o[7] = __float2bfloat16_rz(f[i]);
  d[2 * i] = __hadd2(c[i], c[i + 1]);
  d[2 * i + 1] = __hfma2(c[i], c[i + 1], c[i]);
  f[i] = __bfloat162float(x);
}
