// Edges of an image by the Sobel operator.
// launch sobel grid 3,2 block 16,16
// in uchar image[40*30] range 0 255
// out uchar edges[40*30]
// int width = 40
// int height = 30
// expect edges = sobel(image, 40, 30)
__device__ unsigned char clamp_byte(int v) { return v < 0 ? 0 : v > 255 ? 255 : v; }

__global__ void sobel(const unsigned char *image, unsigned char *edges, int width, int height) {
  int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y;
  if (x >= width || y >= height) return;
  if (x == 0 || y == 0 || x == width - 1 || y == height - 1) {
    edges[y * width + x] = 0;
    return;
  }
#define PIXEL(dx, dy) image[(y + (dy)) * width + x + (dx)]
  int gx = PIXEL(1, -1) + 2 * PIXEL(1, 0) + PIXEL(1, 1) - PIXEL(-1, -1) - 2 * PIXEL(-1, 0) - PIXEL(-1, 1);
  int gy = PIXEL(-1, 1) + 2 * PIXEL(0, 1) + PIXEL(1, 1) - PIXEL(-1, -1) - 2 * PIXEL(0, -1) - PIXEL(1, -1);
#undef PIXEL
  edges[y * width + x] = clamp_byte(abs(gx) + abs(gy));
}
