/// CUDA programs in the style of the benchmarks whose figures are published, written for this check.
enum MeasuredKernels {
  /// One element per thread: a store, a load, a load and a store, two loads and a store.
  static let streams = """
    __global__ void init(double *a, const double *b, const double *c, int n, int never) {
      int i = threadIdx.x + blockIdx.x * blockDim.x;
      if (i >= n) return;
      a[i] = 0.23;
    }
    __global__ void read(double *a, const double *b, const double *c, int n, int never) {
      int i = threadIdx.x + blockIdx.x * blockDim.x;
      if (i >= n) return;
      double t = b[i];
      if (never || t == 123.0) a[i] = t;
    }
    __global__ void scale(double *a, const double *b, const double *c, int n, int never) {
      int i = threadIdx.x + blockIdx.x * blockDim.x;
      if (i >= n) return;
      a[i] = b[i] * 1.2;
    }
    __global__ void triad(double *a, const double *b, const double *c, int n, int never) {
      int i = threadIdx.x + blockIdx.x * blockDim.x;
      if (i >= n) return;
      a[i] = b[i] * 1.2 + c[i];
    }
    """

  /// Loads that stay in the first-level cache, at a stride or in rows of a block; eight a turn.
  static let strides = """
    template <typename T>
    __global__ void strided(const T *a, T *out, int zero, int stride, int turns) {
      T sum = T(0);
      const T *p = a + (threadIdx.x % 64) * stride;
    #pragma unroll 1
      for (int n = 0; n < turns; n++) {
        p += zero;
        sum += p[0] * p[4];
        sum += p[8] * p[12];
        sum += p[20] * p[16];
        sum += p[24] * p[28];
      }
      if (sum == T(123123.25)) out[threadIdx.x] = sum;
    }
    template <typename T>
    __global__ void blocked(const T *a, T *out, int zero, int pitch, int turns) {
      T sum = T(0);
      const T *p = a + threadIdx.x % 64 + (threadIdx.y % 32) * pitch + pitch;
    #pragma unroll 1
      for (int n = 0; n < turns; n++) {
        p += zero;
        sum += p[0] * p[4];
        sum += p[8] * p[12];
        sum += p[20] * p[16];
        sum += p[24] * p[28];
      }
      if (sum == T(123123.25)) out[threadIdx.x] = sum;
    }
    """

  /// A block reads one buffer again and again; blocks read a buffer that all share.
  static let caches = """
    template <int N>
    __global__ void again(const float *b, float *a, int zero, int turns) {
      float sum = 0.f;
      b += threadIdx.x;
      for (int turn = 0; turn < turns; turn++) {
        b += zero;
        for (int i = 0; i < N; i += 256) sum += b[i];
        sum *= 1.3f;
      }
      if (sum == 1233.f) a[threadIdx.x] += sum;
    }
    __global__ void shared_set(const double *b, double *a, int run, int turns) {
      double sum = 0.0;
    #pragma unroll 16
      for (int i = 0; i < turns; i++) {
        int place = (1024 * run * i + (blockIdx.x % run) * 1024) * 2 + threadIdx.x;
        sum += b[place] * b[place + 1024];
      }
      sum *= 1.3;
      if (threadIdx.x > 1233 || sum == 23.12) a[threadIdx.x] += sum;
    }
    """

  /// A chain of loads, each the address of the next.
  static let chase = """
    __global__ void chase(long long *start, long long *out, int steps) {
      start[0] = reinterpret_cast<long long>(start);
      long long *place = start;
    #pragma unroll 1
      for (int i = 0; i < steps; i++) place = reinterpret_cast<long long *>(*place);
      out[threadIdx.x] = reinterpret_cast<long long>(place);
    }
    __global__ void chase_shared(const int *next, int *out, int steps) {
      __shared__ int table[256];
      table[threadIdx.x] = next[threadIdx.x];
      __syncthreads();
      int place = 0;
    #pragma unroll 1
      for (int i = 0; i < steps; i++) place = table[place];
      out[threadIdx.x] = place;
    }
    __global__ void chain(float *out, float a, float b, int steps) {
      float x = threadIdx.x;
    #pragma unroll 16
      for (int i = 0; i < steps; i++) x = x * a + b;
      out[threadIdx.x] = x;
    }
    """

  /// C = alpha·A·B + beta·C, from one element per thread to tiles in registers.
  static let products = """
    __global__ void rows(int n, float alpha, const float *A, const float *B, float beta, float *C) {
      const int x = blockIdx.x * blockDim.x + threadIdx.x;
      const int y = blockIdx.y * blockDim.y + threadIdx.y;
      float sum = 0.f;
      for (int i = 0; i < n; ++i) sum += A[x * n + i] * B[i * n + y];
      C[x * n + y] = alpha * sum + beta * C[x * n + y];
    }
    __global__ void columns(int n, float alpha, const float *A, const float *B, float beta, float *C) {
      const int x = blockIdx.x * 32 + threadIdx.x % 32;
      const int y = blockIdx.y * 32 + threadIdx.x / 32;
      float sum = 0.f;
      for (int i = 0; i < n; ++i) sum += A[y * n + i] * B[i * n + x];
      C[y * n + x] = alpha * sum + beta * C[y * n + x];
    }
    template <int T>
    __global__ void tiled(int n, float alpha, const float *A, const float *B, float beta, float *C) {
      __shared__ float a[T * T];
      __shared__ float b[T * T];
      const int x = threadIdx.x % T, y = threadIdx.x / T;
      A += blockIdx.y * T * n;
      B += blockIdx.x * T;
      C += blockIdx.y * T * n + blockIdx.x * T;
      float sum = 0.f;
      for (int k = 0; k < n; k += T) {
        a[y * T + x] = A[y * n + x];
        b[y * T + x] = B[y * n + x];
        __syncthreads();
        A += T;
        B += T * n;
        for (int i = 0; i < T; ++i) sum += a[y * T + i] * b[i * T + x];
        __syncthreads();
      }
      C[y * n + x] = alpha * sum + beta * C[y * n + x];
    }
    template <int BM, int BN, int BK, int TM>
    __global__ void strips(int n, float alpha, const float *A, const float *B, float beta, float *C) {
      __shared__ float a[BM * BK];
      __shared__ float b[BK * BN];
      const int x = threadIdx.x % BN, y = threadIdx.x / BN;
      const int ax = threadIdx.x % BK, ay = threadIdx.x / BK;
      A += blockIdx.y * BM * n;
      B += blockIdx.x * BN;
      C += blockIdx.y * BM * n + blockIdx.x * BN;
      float sums[TM] = {0.f};
      for (int k = 0; k < n; k += BK) {
        a[ay * BK + ax] = A[ay * n + ax];
        b[y * BN + x] = B[y * n + x];
        __syncthreads();
        A += BK;
        B += BK * n;
    #pragma unroll
        for (int i = 0; i < BK; ++i) {
          float t = b[i * BN + x];
    #pragma unroll
          for (int j = 0; j < TM; ++j) sums[j] += a[(y * TM + j) * BK + i] * t;
        }
        __syncthreads();
      }
    #pragma unroll
      for (int j = 0; j < TM; ++j)
        C[(y * TM + j) * n + x] = alpha * sums[j] + beta * C[(y * TM + j) * n + x];
    }
    template <int BM, int BN, int BK, int TM, int TN>
    __global__ void squares(int n, float alpha, const float *A, const float *B, float beta, float *C) {
      __shared__ float a[BM * BK];
      __shared__ float b[BK * BN];
      const int threads = BM * BN / (TM * TN);
      const int x = threadIdx.x % (BN / TN), y = threadIdx.x / (BN / TN);
      const int ax = threadIdx.x % BK, ay = threadIdx.x / BK;
      const int bx = threadIdx.x % BN, by = threadIdx.x / BN;
      A += blockIdx.y * BM * n;
      B += blockIdx.x * BN;
      C += blockIdx.y * BM * n + blockIdx.x * BN;
      float sums[TM * TN] = {0.f};
      float m[TM], r[TN];
      for (int k = 0; k < n; k += BK) {
    #pragma unroll
        for (int o = 0; o < BM; o += threads / BK) a[(ay + o) * BK + ax] = A[(ay + o) * n + ax];
    #pragma unroll
        for (int o = 0; o < BK; o += threads / BN) b[(by + o) * BN + bx] = B[(by + o) * n + bx];
        __syncthreads();
        A += BK;
        B += BK * n;
    #pragma unroll
        for (int i = 0; i < BK; ++i) {
    #pragma unroll
          for (int j = 0; j < TM; ++j) m[j] = a[(y * TM + j) * BK + i];
    #pragma unroll
          for (int j = 0; j < TN; ++j) r[j] = b[i * BN + x * TN + j];
    #pragma unroll
          for (int j = 0; j < TM; ++j)
    #pragma unroll
            for (int l = 0; l < TN; ++l) sums[j * TN + l] += m[j] * r[l];
        }
        __syncthreads();
      }
    #pragma unroll
      for (int j = 0; j < TM; ++j)
    #pragma unroll
        for (int l = 0; l < TN; ++l) {
          const int place = (y * TM + j) * n + x * TN + l;
          C[place] = alpha * sums[j * TN + l] + beta * C[place];
        }
    }
    template <int BM, int BN, int BK, int TM, int TN>
    __global__ void vectors(int n, float alpha, const float *A, const float *B, float beta, float *C) {
      __shared__ float a[BM * BK];
      __shared__ float b[BK * BN];
      const int x = threadIdx.x % (BN / TN), y = threadIdx.x / (BN / TN);
      const int ax = threadIdx.x % (BK / 4), ay = threadIdx.x / (BK / 4);
      const int bx = threadIdx.x % (BN / 4), by = threadIdx.x / (BN / 4);
      A += blockIdx.y * BM * n;
      B += blockIdx.x * BN;
      C += blockIdx.y * BM * n + blockIdx.x * BN;
      float sums[TM * TN] = {0.f};
      float m[TM], r[TN];
      for (int k = 0; k < n; k += BK) {
        float4 t = *reinterpret_cast<const float4 *>(&A[ay * n + ax * 4]);
        a[(ax * 4 + 0) * BM + ay] = t.x;
        a[(ax * 4 + 1) * BM + ay] = t.y;
        a[(ax * 4 + 2) * BM + ay] = t.z;
        a[(ax * 4 + 3) * BM + ay] = t.w;
        *reinterpret_cast<float4 *>(&b[by * BN + bx * 4]) =
            *reinterpret_cast<const float4 *>(&B[by * n + bx * 4]);
        __syncthreads();
        A += BK;
        B += BK * n;
    #pragma unroll
        for (int i = 0; i < BK; ++i) {
    #pragma unroll
          for (int j = 0; j < TM; j += 4) {
            float4 v = *reinterpret_cast<const float4 *>(&a[i * BM + y * TM + j]);
            m[j] = v.x; m[j + 1] = v.y; m[j + 2] = v.z; m[j + 3] = v.w;
          }
    #pragma unroll
          for (int j = 0; j < TN; j += 4) {
            float4 v = *reinterpret_cast<const float4 *>(&b[i * BN + x * TN + j]);
            r[j] = v.x; r[j + 1] = v.y; r[j + 2] = v.z; r[j + 3] = v.w;
          }
    #pragma unroll
          for (int j = 0; j < TM; ++j)
    #pragma unroll
            for (int l = 0; l < TN; ++l) sums[j * TN + l] += m[j] * r[l];
        }
        __syncthreads();
      }
    #pragma unroll
      for (int j = 0; j < TM; ++j)
    #pragma unroll
        for (int l = 0; l < TN; l += 4) {
          float4 *place = reinterpret_cast<float4 *>(&C[(y * TM + j) * n + x * TN + l]);
          float4 v = *place;
          v.x = alpha * sums[j * TN + l] + beta * v.x;
          v.y = alpha * sums[j * TN + l + 1] + beta * v.y;
          v.z = alpha * sums[j * TN + l + 2] + beta * v.z;
          v.w = alpha * sums[j * TN + l + 3] + beta * v.w;
          *place = v;
        }
    }
    """
}
