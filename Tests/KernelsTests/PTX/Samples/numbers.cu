// Integers and floats of all widths.
__global__ void longs(const long long *a, long long *b, const unsigned long long *c) {
  int i = threadIdx.x;
  long long x = a[i], y = a[i + 1];
  unsigned long long u = c[i], v = c[i + 1];
  b[i] = x / y + x % y + (long long)(u / v) + (long long)(u % v) + x * y + (x << 3) + (x >> 5)
         + (long long)(u >> 7) + __mul64hi(x, y) + (long long)__umul64hi(u, v) + min(x, y)
         + max(u, v) + __popcll(u) + __clzll(x) + __ffsll(x) + __brevll(u) + llabs(x);
}

__global__ void bits(const unsigned *a, unsigned *b) {
  int i = threadIdx.x;
  unsigned x = a[i], y = a[i + 1];
  int sx = x, sy = y;
  unsigned *o = b + i * 32;
  o[0] = __popc(x); o[1] = __clz(x); o[2] = __ffs(x); o[3] = __brev(x);
  o[4] = __byte_perm(x, y, 0x3210 + (y & 7)); o[5] = __funnelshift_l(x, y, y);
  o[6] = __funnelshift_r(x, y, 5); o[7] = __funnelshift_lc(x, y, y); o[8] = __umulhi(x, y);
  o[9] = __mulhi(sx, sy); o[10] = __mul24(sx, sy); o[11] = __umul24(x, y);
  o[12] = __sad(sx, sy, x); o[13] = __usad(x, y, 3u); o[14] = __hadd(sx, sy);
  o[15] = __rhadd(sx, sy); o[16] = __uhadd(x, y); o[17] = __dp4a(sx, sy, 3);
  o[18] = __dp4a(x, y, 3u); o[19] = abs(sx); o[20] = min(sx, sy); o[21] = max(x, y);
  o[22] = (x ^ y & ~x | y); o[23] = ((x >> 3) & 0x3f) + ((sx << 7) >> 9);
  o[24] = x / 10u + sx / 10 + sx % 1000; o[25] = x / (y | 1) + x % (y | 1);
  o[26] = sx / (sy | 1) + sx % (sy | 1); o[27] = __ffs(x & -x) + (int)(x >> (y & 31));
  o[28] = __vadd2(x, y); o[29] = __vabsdiffu4(x, y); o[30] = __vmaxs2(x, y);
  o[31] = __dp2a_lo(sx, sy, 1) + __dp2a_hi(x, y, 1u);
}

__global__ void conversions(const float *a, const double *d, const int *n, int *o, float *f,
                            double *g, long long *l, unsigned long long *u) {
  int i = threadIdx.x;
  int *r = o + i * 16;
  r[0] = (int)a[i]; r[1] = __float2int_rn(a[i]); r[2] = __float2int_ru(a[i]);
  r[3] = __float2int_rd(a[i]); r[4] = (int)(unsigned)a[i]; r[5] = (int)d[i];
  r[6] = __double2int_rn(d[i]); r[7] = (signed char)n[i]; r[8] = (short)n[i];
  r[9] = (unsigned char)n[i]; r[10] = __double2hiint(d[i]); r[11] = __double2loint(d[i]);
  r[12] = (unsigned char)a[i]; r[13] = (short)d[i]; r[14] = (int)(unsigned short)n[i];
  r[15] = __float2int_rz(a[i] * 1e10f);
  float *q = f + i * 8;
  q[0] = (float)n[i]; q[1] = (float)(unsigned)n[i]; q[2] = (float)d[i]; q[3] = (float)l[i];
  q[4] = (float)u[i]; q[5] = __int2float_rz(n[i]); q[6] = __double2float_ru(d[i]);
  q[7] = __int_as_float(n[i]);
  double *h = g + i * 4;
  h[0] = (double)n[i] + (double)a[i]; h[1] = (double)l[i]; h[2] = (double)u[i];
  h[3] = __hiloint2double(n[i], 3);
  l[i] = (long long)a[i] + (long long)d[i] + __double2ll_rn(d[i]);
  u[i] = (unsigned long long)fabs(a[i]) + (unsigned long long)fabs(d[i]) + __float2ull_rn(fabsf(a[i]));
}

__global__ void rounding(const float *a, const double *d, float *f, double *g) {
  int i = threadIdx.x;
  float x = a[i], y = a[i + 1], z = a[i + 2];
  float *o = f + i * 16;
  o[0] = __fadd_rz(x, y); o[1] = __fadd_ru(x, y); o[2] = __fadd_rd(x, y); o[3] = __fmul_rz(x, y);
  o[4] = __fmul_ru(x, y); o[5] = __fmul_rd(x, y); o[6] = __fdiv_rz(x, y); o[7] = __fdiv_ru(x, y);
  o[8] = __fdiv_rd(x, y); o[9] = __fsqrt_ru(fabsf(x)); o[10] = __fsqrt_rz(fabsf(x));
  o[11] = __fmaf_rz(x, y, z); o[12] = __fmaf_ru(x, y, z); o[13] = __fmaf_rd(x, y, z);
  o[14] = __frcp_rd(x); o[15] = __saturatef(x);
  double p = d[i], q = d[i + 1], r = d[i + 2];
  double *e = g + i * 16;
  e[0] = __dadd_rz(p, q); e[1] = __dadd_ru(p, q); e[2] = __dadd_rd(p, q); e[3] = __dmul_rz(p, q);
  e[4] = __dmul_ru(p, q); e[5] = __dmul_rd(p, q); e[6] = __ddiv_rz(p, q); e[7] = __ddiv_ru(p, q);
  e[8] = __ddiv_rd(p, q); e[9] = __dsqrt_ru(fabs(p)); e[10] = __dsqrt_rz(fabs(p));
  e[11] = __fma_rz(p, q, r); e[12] = __fma_ru(p, q, r); e[13] = __fma_rd(p, q, r);
  e[14] = __drcp_rd(p); e[15] = __dsub_rz(p, q);
}

__global__ void mathematics(const float *a, float *b) {
  int i = threadIdx.x;
  float x = a[i];
  float *o = b + i * 32;
  o[0] = sinf(x); o[1] = cosf(x); o[2] = expf(x); o[3] = logf(fabsf(x) + 1);
  o[4] = powf(fabsf(x), 1.3f); o[5] = tanhf(x); o[6] = atan2f(x, 2.f); o[7] = erff(x);
  o[8] = cbrtf(x); o[9] = fmodf(x, 0.7f); o[10] = hypotf(x, 1.f); o[11] = exp2f(x);
  o[12] = log2f(fabsf(x) + .5f); o[13] = log1pf(fabsf(x)); o[14] = expm1f(x); o[15] = sinhf(x);
  o[16] = acosf(x * 0.1f); o[17] = ldexpf(x, 3); o[18] = nearbyintf(x); o[19] = roundf(x);
  o[20] = floorf(x); o[21] = ceilf(x); o[22] = truncf(x); o[23] = copysignf(x, -1.f);
  o[24] = sqrtf(fabsf(x)); o[25] = rsqrtf(fabsf(x) + 1.f); o[26] = 1.f / x;
  o[27] = __fdividef(x, 3.f); o[28] = __sinf(x); o[29] = __expf(x); o[30] = fmaxf(x, 0.25f);
  o[31] = (float)(sin((double)x) + exp((double)x) + pow(fabs((double)x), 1.5));
}

#ifndef ORRERY  // What only a full compiler takes.
__global__ void wide(const unsigned long long *a, unsigned long long *b) {
  int i = threadIdx.x;
  unsigned __int128 p = (unsigned __int128)a[i] * a[i + 1];
  p += a[i + 2];
  p -= (unsigned __int128)a[i] << 64 | a[i + 1];
  b[2 * i] = (unsigned long long)p;
  b[2 * i + 1] = (unsigned long long)(p >> 64);
}
#endif
