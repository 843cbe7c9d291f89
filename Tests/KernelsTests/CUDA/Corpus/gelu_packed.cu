// GELU over packs of four values, 16 bytes at a time, the pack a class of its own.
// launch gelu_packed grid 1 block 64
// in float inp[256] uniform -4 4
// out float out[256]
// expect out = gelu(inp) within 1e-5
template <class ElementType>
struct alignas(16) Packed128 {
  Packed128() = default;
  __device__ explicit Packed128(int4 bits) {
    static_assert(sizeof(bits) == sizeof(payload), "Size mismatch.");
    memcpy(&payload, &bits, sizeof(bits));
  }
  __device__ static Packed128 constant(ElementType value) {
    Packed128 result;
    for (int k = 0; k < size; ++k) result.payload[k] = value;
    return result;
  }
  __device__ static Packed128 zeros() { return constant(0.f); }
  __device__ ElementType &operator[](int index) { return payload[index]; }
  __device__ const ElementType &operator[](int index) const { return payload[index]; }
  __device__ int4 get_bits() const {
    int4 bits;
    memcpy(&bits, &payload, sizeof(bits));
    return bits;
  }
  static constexpr const size_t size = sizeof(int4) / sizeof(ElementType);
  ElementType payload[size];
};

template <class ElementType>
__device__ Packed128<ElementType> load128(const ElementType *address) {
  return Packed128<ElementType>{*reinterpret_cast<const int4 *>(address)};
}

template <class ElementType>
__device__ void store128(ElementType *target, Packed128<ElementType> value) {
  *reinterpret_cast<int4 *>(target) = value.get_bits();
}

typedef Packed128<float> f128;

__global__ void gelu_packed(const float *inp, float *out) {
  int idx = (blockIdx.x * blockDim.x + threadIdx.x) * f128::size;
  f128 packed_out = f128::zeros();
  f128 packed_inp = load128(inp + idx);
  for (int k = 0; k < packed_inp.size; ++k) {
    float xi = packed_inp[k];
    float cube = 0.044715f * xi * xi * xi;
    packed_out[k] = 0.5f * xi * (1.0f + tanhf(0.7978845608f * (xi + cube)));
  }
  store128(out + idx, packed_out);
}
