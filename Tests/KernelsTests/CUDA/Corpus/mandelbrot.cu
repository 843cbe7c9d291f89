// Steps until a point of the plane escapes.
// launch mandelbrot grid 2,2 block 16,16
// out int steps[32*32]
// int size = 32
// int limit = 60
// expect steps = mandelbrot(32, 60)
class Complex {
 public:
  float re, im;
  __device__ Complex(float re, float im) : re(re), im(im) {}
  __device__ float norm() const { return re * re + im * im; }
  __device__ Complex operator*(const Complex &o) const {
    return Complex(re * o.re - im * o.im, im * o.re + re * o.im);
  }
  __device__ Complex operator+(const Complex &o) const { return Complex(re + o.re, im + o.im); }
};

__global__ void mandelbrot(int *steps, int size, int limit) {
  int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y;
  Complex c(-2.0f + x * 0.09375f, -1.5f + y * 0.09375f), z(0, 0);
  int i = 0;
  for (; i < limit && z.norm() <= 4.0f; ++i) z = z * z + c;
  steps[y * size + x] = i;
}
