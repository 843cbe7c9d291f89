// A generation of Conway's life on a torus.
// launch stencil_life grid 2,2 block 16,16
// in uchar cells[32*32] range 0 1
// out uchar next[32*32]
// int size = 32
// expect next = life(cells, 32)
__global__ void stencil_life(const unsigned char *cells, unsigned char *next, int size) {
  const int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y;
  int alive = 0;
  for (int dy = -1; dy <= 1; dy++) {
    for (int dx = -1; dx <= 1; dx++) {
      if (dx == 0 && dy == 0) continue;
      alive += cells[((y + dy + size) % size) * size + (x + dx + size) % size];
    }
  }
  switch (alive) {
    case 2: next[y * size + x] = cells[y * size + x]; break;
    case 3: next[y * size + x] = 1; break;
    default: next[y * size + x] = 0;
  }
}
