// Atomics on shared and global memory.
// launch atomics grid 1 block 64
// inout int out[64] value 0
// in int in[64] range 0 99
// inout double d[1] value 0
// expect out as nvcc
__global__ void atomics(int *out, const int *in, double *d) {
  __shared__ unsigned s[4];
  __shared__ float f;
  int t = threadIdx.x;
  if (t < 4) s[t] = 0;
  if (t == 0) f = 0;
  __syncthreads();
  atomicAdd(&s[in[t] % 4], 1u);
  atomicMax(out + 0, in[t]);
  atomicMin(out + 1, -in[t]);
  atomicOr(out + 2, 1 << (in[t] % 20));
  atomicXor(out + 3, in[t]);
  atomicAnd(out + 4, ~(in[t] & 8));
  atomicSub(out + 5, in[t]);
  atomicAdd(&f, (float)in[t]);
  atomicAdd(d, in[t] * 0.25);
  atomicInc((unsigned *)out + 6, 9);
  atomicAdd((unsigned long long *)(out + 8), 1ull << 30);
  atomicExch(out + 10, 5);
  atomicCAS(out + 11, 0, 77);
  __syncthreads();
  if (t < 4) out[12 + t] = s[t];
  if (t == 0) out[16] = (int)f;
  __threadfence();
  if (t == 0) {
    out[17] = (int)*d;
    out[18] = atomicAdd(out + 18, 3) + 1;
  }
}
