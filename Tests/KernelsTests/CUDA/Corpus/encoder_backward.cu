// Gradients of the token embeddings by atomics.
// launch encoder_backward grid 4 block 64
// inout float dwte[10*16] value 0
// in float dout[16*16] uniform -1 1
// in int inp[16] range 0 9
// int BT = 16
// int C = 16
// expect dwte = scatter_add(dout, inp, 10, 16) within 1e-5
__global__ void encoder_backward(float *dwte, const float *dout, const int *inp, int BT, int C) {
  int idx = blockIdx.x * blockDim.x + threadIdx.x;
  if (idx < BT * C) {
    int bt = idx / C, c = idx % C;
    atomicAdd(dwte + inp[bt] * C + c, dout[bt * C + c]);
  }
}
