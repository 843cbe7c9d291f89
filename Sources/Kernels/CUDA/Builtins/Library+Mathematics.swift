/// Functions of the mathematics library that others make up.
extension Library {
  static let mathematics = """
    __device__ float frexpf(float x, int *e) {
      int bits = __float_as_int(x), low = 0;
      if (((bits >> 23) & 255) == 0) { bits = __float_as_int(x * 16777216.0f); low = 24; }
      int exponent = (bits >> 23) & 255;
      bool isWhole = x == 0.0f || exponent == 255;
      *e = isWhole ? 0 : exponent - 126 - low;
      return isWhole ? x + x : __int_as_float((bits & 0x807fffff) | 0x3f000000);
    }
    __device__ double frexp(double x, int *e) {
      long long bits = __double_as_longlong(x);
      int low = 0;
      if (((bits >> 52) & 2047) == 0) {
        bits = __double_as_longlong(x * 18014398509481984.0);
        low = 54;
      }
      int exponent = (int)(bits >> 52) & 2047;
      bool isWhole = x == 0.0 || exponent == 2047;
      *e = isWhole ? 0 : exponent - 1022 - low;
      return isWhole ? x + x
        : __longlong_as_double((bits & 0x800fffffffffffffLL) | 0x3fe0000000000000LL);
    }
    __device__ int ilogbf(float x) {
      if (x == 0.0f) return -2147483647 - 1;
      if (isnan(x)) return -2147483647 - 1;
      if (isinf(x)) return 2147483647;
      int e;
      frexpf(x, &e);
      return e - 1;
    }
    __device__ int ilogb(double x) {
      if (x == 0.0) return -2147483647 - 1;
      if (isnan(x)) return -2147483647 - 1;
      if (isinf(x)) return 2147483647;
      int e;
      frexp(x, &e);
      return e - 1;
    }
    __device__ float logbf(float x) {
      return x == 0.0f ? -__int_as_float(0x7f800000) : isfinite(x) ? (float)ilogbf(x) : x * x;
    }
    __device__ double logb(double x) {
      return x == 0.0 ? -__longlong_as_double(0x7ff0000000000000LL)
        : isfinite(x) ? (double)ilogb(x) : x * x;
    }
    __device__ float rcbrtf(float x) { return 1.0f / cbrtf(x); }
    __device__ double rcbrt(double x) { return 1.0 / cbrt(x); }
    __device__ float rhypotf(float x, float y) { return 1.0f / hypotf(x, y); }
    __device__ double rhypot(double x, double y) { return 1.0 / hypot(x, y); }
    __device__ float rnorm3df(float a, float b, float c) { return 1.0f / norm3df(a, b, c); }
    __device__ double rnorm3d(double a, double b, double c) { return 1.0 / norm3d(a, b, c); }
    __device__ float norm4df(float a, float b, float c, float d) {
      return hypotf(hypotf(a, b), hypotf(c, d));
    }
    __device__ double norm4d(double a, double b, double c, double d) {
      return hypot(hypot(a, b), hypot(c, d));
    }
    __device__ float rnorm4df(float a, float b, float c, float d) {
      return 1.0f / norm4df(a, b, c, d);
    }
    __device__ float erfcinvf(float x) { return erfinvf(1.0f - x); }
    __device__ double erfcinv(double x) { return erfinv(1.0 - x); }
    __device__ float normcdfinvf(float x) { return 1.41421356f * erfinvf(2.0f * x - 1.0f); }
    __device__ double normcdfinv(double x) { return 1.4142135623730951 * erfinv(2.0 * x - 1.0); }

    """
}
