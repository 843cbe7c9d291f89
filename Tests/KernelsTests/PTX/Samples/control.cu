// Branches that nvcc turns into trees, loops with several exits, and jumps.
__global__ void switches(const int *a, int *b) {
  int i = threadIdx.x, r;
  switch (a[i]) {
    case 0: r = i * 3; break;
    case 1: r = a[i + 1]; break;
    case 2: r = i - 7; b[i + 64] = r; break;
    case 3: r = i / 3; break;
    case 4: r = i ^ 5; break;
    case 5: r = i << 2; break;
    case 6: r = __popc(i); break;
    case 7: r = -i; b[i + 128] = 1; break;
    default: r = 99;
  }
  b[i] = r;
}

__global__ void exits(const int *a, int *b, int n) {
  int t = threadIdx.x, s = t;
  for (int i = t & 3; i < n; i++) {
    if (a[i] == 3) continue;
    for (int j = i; j < n; j++) {
      if (a[j] == 7) break;
      int k = a[j] + (t & 1);
      while (k > 0) {
        s += k;
        k -= a[i] + 1;
        if (s > 3000) { b[t] = -s; return; }
      }
    }
  }
  b[t] = s;
}

__global__ void collatz(const int *start, int *steps, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  long long v = start[i];
  int c = 0;
  while (v != 1 && c < 1000) {
    v = v % 2 == 0 ? v / 2 : 3 * v + 1;
    ++c;
  }
  steps[i] = c;
}

#ifndef ORRERY  // What only a full compiler takes.
__global__ void nested(const int *a, int *b, int n) {
  int t = threadIdx.x, s = t;
  for (int i = t & 3; i < n; i++) {
    if (a[i] < 0) continue;
    for (int j = i; j < n; j++) {
      if (a[j] == 7) break;
      if (a[j] == 9 && s > 40) goto done;
      int k = a[j] + (t & 1);
      while (k > 0) {
        s += k;
        k -= a[i] + 1;
        if (s > 10000) return;
      }
    }
  }
done:
  b[t] = s;
}

__global__ void gotos(int *a, int n) {
  int i = threadIdx.x, k = i & 3;
top:
  a[i] += k;
  if (a[i] > n) goto out;
  k++;
  if (k & 1) goto mid;
  a[i] *= 2;
mid:
  a[i] += 3;
  if (k < 10) goto top;
out:
  a[i] -= 1;
}

// An irreducible loop: entered at two places.
__global__ void twoEntries(int *a, int n) {
  int i = threadIdx.x, x = a[i], steps = 0;
  if (i & 1) goto second;
first:
  x += 3;
  if (x > n) goto end;
second:
  x = x * 2 + 1;
  if (++steps < 20 && x < n) goto first;
end:
  a[i] = x + steps;
}
#endif
