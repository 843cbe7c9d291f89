// A Stockham FFT of 64 points per block, complex numbers as a class with operators.
// launch fftStockham<64> grid 3 block 32
// in float re[3*64] uniform -1 1
// in float im[3*64] uniform -1 1
// out float power[3*64]
// expect power = fft_power(re, im, 64) within 1e-3
struct Complex {
  float re, im;
  __device__ Complex(float re = 0.f, float im = 0.f) : re(re), im(im) {}
  __device__ Complex operator+(const Complex &o) const { return Complex(re + o.re, im + o.im); }
  __device__ Complex operator-(const Complex &o) const { return {re - o.re, im - o.im}; }
  __device__ Complex operator*(const Complex &o) const {
    return Complex(re * o.re - im * o.im, re * o.im + im * o.re);
  }
  __device__ float norm() const { return re * re + im * im; }
};

template <int N>
__global__ void fftStockham(const float *re, const float *im, float *power) {
  __shared__ float2 buffers[2][N];
  const int t = threadIdx.x, base = blockIdx.x * N;
  for (int i = t; i < N; i += N / 2) buffers[0][i] = make_float2(re[base + i], im[base + i]);
  __syncthreads();
  int from = 0;
  for (int half = 1; half < N; half *= 2) {
    const int k = t & (half - 1);
    float s, c;
    sincospif(-(float)k / half, &s, &c);
    float2 p = buffers[from][t], q = buffers[from][t + N / 2];
    Complex a(p.x, p.y), b = Complex(c, s) * Complex(q.x, q.y);
    Complex sum = a + b, difference = a - b;
    const int j = ((t - k) << 1) + k;
    buffers[1 - from][j] = make_float2(sum.re, sum.im);
    buffers[1 - from][j + half] = make_float2(difference.re, difference.im);
    from = 1 - from;
    __syncthreads();
  }
  for (int i = t; i < N; i += N / 2) {
    float2 v = buffers[from][i];
    power[base + i] = Complex(v.x, v.y).norm();
  }
}
