// Shuffles, votes, matches, reductions, barriers that count, switch and do.
// launch warps grid 1 block 64
// inout int out[64] value 0
// in int in[64] range 0 99
// expect out as nvcc
__global__ void warps(int *out, const int *in) {
  int t = threadIdx.x, v = in[t];
  unsigned full = 0xffffffffu;
  int r = __shfl_sync(full, v, 3) + __shfl_up_sync(full, v, 2) + __shfl_down_sync(full, v, 4,
      8) + __shfl_xor_sync(full, v, 1);
  double d = __shfl_down_sync(full, (double)v * 0.5, 1);
  long long l = __shfl_xor_sync(full, (long long)v << 20, 2);
  r += (int)d + (int)(l >> 20) + __any_sync(full, v > 90) + __all_sync(full, v >= 0)
      + __popc(__ballot_sync(full, v & 1));
  r += __popc(__match_any_sync(full, v % 5)) + __reduce_add_sync(full, v)
      + __reduce_max_sync(full, v) + (int)__reduce_and_sync(full, (unsigned)v);
  int pred;
  unsigned m = __match_all_sync(full, 7, &pred);
  r += pred * 1000 + __popc(m);
  if (v > 50) r += __popc(__activemask());
  __syncwarp();
  r += __syncthreads_count(v & 1) + __syncthreads_and(v >= 0) * 2 + __syncthreads_or(v > 98) * 4;
  switch (v % 5) {
    case 0:
    r += 1;
    case 1:
    r += 10;
    break;
    case 3:
    {
      int q = v;
      while (q > 10) {
        q -= 3;
        if (q == 20) continue;
        if (q < 15) break;
        r++;
      }
    }
    break;
    default:
    r -= 5;
  }
  int k = 0;
  do {
    k += 2;
    if (k == 4) continue;
    r ^= k;
  } while (k < (v & 7));
  out[t] = r;
}
