// A Julia set in double precision, coloured into four bytes a pixel.
// launch julia grid 4,4 block 8,8
// out uchar pixels[32*32*4]
// int size = 32
// double cr = -0.8
// double ci = 0.156
// int most = 60
// expect pixels as nvcc
__device__ uchar4 colour(int n, int most) {
  if (n == most) return make_uchar4(0, 0, 0, 255);
  unsigned char level = (unsigned char)((255 * n) / most);
  return make_uchar4(level, 255 - level, (level << 2) & 0xff, 255);
}
__global__ void julia(uchar4 *pixels, int size, double cr, double ci, int most) {
  const int px = blockIdx.x * blockDim.x + threadIdx.x, py = blockIdx.y * blockDim.y + threadIdx.y;
  if (px >= size || py >= size) return;
  double zr = 3.0 * px / size - 1.5, zi = 3.0 * py / size - 1.5;
  int n = 0;
  do {
    const double t = zr * zr - zi * zi + cr;
    zi = 2 * zr * zi + ci;
    zr = t;
  } while (zr * zr + zi * zi < 4.0 && ++n < most);
  pixels[py * size + px] = colour(n, most);
}
