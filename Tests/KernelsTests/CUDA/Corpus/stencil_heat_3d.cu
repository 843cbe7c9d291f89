// Seven-point heat step through a volume, the plane of a thread kept in registers.
// launch stencil_heat_3d grid 2,2 block 8,8
// in float in[12*16*16] uniform 0 1
// out float out[12*16*16]
// int depth = 12
// float rate = 0.1
// expect out = heat3d(in, 12, 16, 16, 0.1) within 1e-5
__global__ void stencil_heat_3d(const float *in, float *out, int depth, float rate) {
  const int width = 16, height = 16;
  int x = blockIdx.x * blockDim.x + threadIdx.x;
  int y = blockIdx.y * blockDim.y + threadIdx.y;
  const int plane = width * height;
  int at = y * width + x;
  bool inside = x > 0 && x < width - 1 && y > 0 && y < height - 1;
  float below = in[at], centre = in[at], above = in[at + plane];
  out[at] = centre;
  for (int z = 1; z < depth - 1; ++z) {
    at += plane;
    below = centre;
    centre = above;
    above = in[at + plane];
    float result = centre;
    if (inside) {
      float around = in[at - 1] + in[at + 1] + in[at - width] + in[at + width] + below + above;
      result += rate * (around - 6.0f * centre);
    }
    out[at] = result;
  }
  out[at + plane] = above;
}
