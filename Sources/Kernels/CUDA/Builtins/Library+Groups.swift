/// Cooperative groups.
extension Library {
  static let groups = """
    namespace cooperative_groups {
    struct thread_block {
      __device__ void sync() const { __syncthreads(); }
      __device__ static void sync_all() { __syncthreads(); }
      __device__ unsigned int thread_rank() const {
        return (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
      }
      __device__ unsigned int size() const { return blockDim.x * blockDim.y * blockDim.z; }
      __device__ unsigned int num_threads() const { return size(); }
      __device__ dim3 group_index() const { return dim3(blockIdx.x, blockIdx.y, blockIdx.z); }
      __device__ dim3 thread_index() const { return dim3(threadIdx.x, threadIdx.y, threadIdx.z); }
      __device__ dim3 group_dim() const { return dim3(blockDim.x, blockDim.y, blockDim.z); }
      __device__ dim3 dim_threads() const { return group_dim(); }
    };
    __device__ thread_block this_thread_block() { return thread_block(); }

    struct grid_group {
      __device__ void sync() const { __orrery_grid_sync(); }
      __device__ unsigned long long thread_rank() const {
        unsigned long long block = ((unsigned long long)blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
        return block * (blockDim.x * blockDim.y * blockDim.z)
          + (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
      }
      __device__ unsigned long long size() const {
        return (unsigned long long)gridDim.x * gridDim.y * gridDim.z * blockDim.x * blockDim.y * blockDim.z;
      }
      __device__ unsigned long long num_threads() const { return size(); }
      __device__ unsigned int block_rank() const {
        return (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
      }
      __device__ unsigned int num_blocks() const { return gridDim.x * gridDim.y * gridDim.z; }
      __device__ bool is_valid() const { return true; }
    };
    __device__ grid_group this_grid() { return grid_group(); }

    template <unsigned int N, class P = void> struct thread_block_tile {
      __device__ unsigned int _rank() const {
        return (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
      }
      __device__ unsigned int _mask() const {
        return N == 32 ? 0xffffffffu : ((1u << (N & 31)) - 1u) << (__orrery_lane() & ~(N - 1));
      }
      __device__ void sync() const { __syncwarp(_mask()); }
      __device__ unsigned int thread_rank() const { return _rank() & (N - 1); }
      __device__ static constexpr unsigned int size() { return N; }
      __device__ static constexpr unsigned int num_threads() { return N; }
      __device__ unsigned int meta_group_rank() const { return _rank() / N; }
      __device__ unsigned int meta_group_size() const {
        return (blockDim.x * blockDim.y * blockDim.z + N - 1) / N;
      }
      template <class T> __device__ T shfl(T v, int lane) const {
        return __shfl_sync(_mask(), v, lane, N);
      }
      template <class T> __device__ T shfl_down(T v, unsigned int d) const {
        return __shfl_down_sync(_mask(), v, d, N);
      }
      template <class T> __device__ T shfl_up(T v, unsigned int d) const {
        return __shfl_up_sync(_mask(), v, d, N);
      }
      template <class T> __device__ T shfl_xor(T v, unsigned int m) const {
        return __shfl_xor_sync(_mask(), v, m, N);
      }
      __device__ int any(int p) const { return __any_sync(_mask(), p); }
      __device__ int all(int p) const { return __all_sync(_mask(), p); }
      __device__ unsigned int ballot(int p) const {
        return N == 32 ? __ballot_sync(_mask(), p)
          : (__ballot_sync(_mask(), p) >> (__orrery_lane() & ~(N - 1))) & ((1u << (N & 31)) - 1u);
      }
      template <class T> __device__ unsigned int match_any(T v) const {
        return __match_any_sync(_mask(), v) >> (N == 32 ? 0 : (__orrery_lane() & ~(N - 1)));
      }
    };
    template <unsigned int N, class P> __device__ thread_block_tile<N> tiled_partition(const P &parent) {
      return thread_block_tile<N>();
    }

    struct thread_group {
      bool _is_block;
      unsigned int _members, _rank, _size;
      __device__ thread_group() {}
      __device__ thread_group(const thread_block &b)
        : _is_block(true), _members(0xffffffffu), _rank(b.thread_rank()), _size(b.size()) {}
      template <unsigned int N, class P> __device__ thread_group(const thread_block_tile<N, P> &t)
        : _is_block(false), _members(t._mask()), _rank(t.thread_rank()), _size(N) {}
      __device__ void sync() const { if (_is_block) __syncthreads(); else __syncwarp(_members); }
      __device__ unsigned int thread_rank() const { return _rank; }
      __device__ unsigned int size() const { return _size; }
      __device__ unsigned int num_threads() const { return _size; }
    };
    __device__ thread_group tiled_partition(const thread_block &b, unsigned int n) {
      thread_group g;
      g._is_block = false;
      g._members = n == 32 ? 0xffffffffu : ((1u << (n & 31)) - 1u) << (__orrery_lane() & ~(n - 1));
      g._rank = b.thread_rank() & (n - 1);
      g._size = n;
      return g;
    }
    __device__ thread_group tiled_partition(const thread_group &b, unsigned int n) {
      thread_group g;
      g._is_block = false;
      g._members = n == 32 ? 0xffffffffu : ((1u << (n & 31)) - 1u) << (__orrery_lane() & ~(n - 1));
      g._rank = b.thread_rank() & (n - 1);
      g._size = n;
      return g;
    }

    struct coalesced_group {
      unsigned int _members;
      __device__ unsigned int _mask() const { return _members; }
      __device__ void sync() const { __syncwarp(_members); }
      __device__ unsigned int size() const { return __popc(_members); }
      __device__ unsigned int num_threads() const { return __popc(_members); }
      __device__ unsigned int thread_rank() const { return __popc(_members & __orrery_lane_mask_less()); }
      __device__ int _lane(int rank) const {
        unsigned int left = _members;
        for (int i = 0; i < rank; i++) left &= left - 1;
        return __ffs(left) - 1;
      }
      template <class T> __device__ T shfl(T v, int rank) const {
        return __shfl_sync(_members, v, rank == 0 ? __ffs(_members) - 1 : _lane(rank));
      }
      template <class T> __device__ T shfl_down(T v, unsigned int d) const {
        unsigned int rank = thread_rank() + d;
        return __shfl_sync(_members, v, rank < size() ? _lane(rank) : (int)__orrery_lane());
      }
      template <class T> __device__ T shfl_up(T v, unsigned int d) const {
        int rank = (int)thread_rank() - (int)d;
        return __shfl_sync(_members, v, rank >= 0 ? _lane(rank) : (int)__orrery_lane());
      }
      __device__ int any(int p) const { return __any_sync(_members, p); }
      __device__ int all(int p) const { return __all_sync(_members, p); }
      __device__ unsigned int ballot(int p) const {
        unsigned int seen = __ballot_sync(_members, p), packed = 0, left = _members;
        for (int i = 0; left != 0; i++) {
          if (seen & left & (0u - left)) packed |= 1u << i;
          left &= left - 1;
        }
        return packed;
      }
    };
    __device__ coalesced_group coalesced_threads() {
      coalesced_group g;
      g._members = __activemask();
      return g;
    }
    template <class G> __device__ void sync(const G &g) { g.sync(); }
    template <class G> __device__ unsigned int thread_rank(const G &g) { return g.thread_rank(); }
    template <class G> __device__ unsigned int group_size(const G &g) { return g.size(); }

    template <class G, class T> __device__ void memcpy_async(const G &g, T *a, const T *b, unsigned long n) {
      unsigned long count = n / sizeof(T);
      for (unsigned long i = g.thread_rank(); i < count; i += g.size()) a[i] = b[i];
    }
    template <class G> __device__ void wait(const G &g) { g.sync(); }
    template <int N, class G> __device__ void wait_prior(const G &g) { g.sync(); }

    """

  static let reductions = """
    template <class T> struct plus { __device__ T operator()(T a, T b) const { return a + b; } };
    template <class T> struct less { __device__ T operator()(T a, T b) const { return b < a ? b : a; } };
    template <class T> struct greater { __device__ T operator()(T a, T b) const { return a < b ? b : a; } };
    template <class T> struct bit_and { __device__ T operator()(T a, T b) const { return a & b; } };
    template <class T> struct bit_or { __device__ T operator()(T a, T b) const { return a | b; } };
    template <class T> struct bit_xor { __device__ T operator()(T a, T b) const { return a ^ b; } };
    template <unsigned int N, class P, class T, class Op>
    __device__ T reduce(const thread_block_tile<N, P> &g, T v, Op op) {
      for (int m = N / 2; m > 0; m /= 2) v = op(v, g.shfl_xor(v, m));
      return v;
    }
    template <class T, class Op> __device__ T reduce(const coalesced_group &g, T v, Op op) {
      T sum = g.shfl(v, 0);
      int size = g.size();
      for (int i = 1; i < size; i++) sum = op(sum, g.shfl(v, i));
      return sum;
    }
    template <unsigned int N, class P, class T, class Op>
    __device__ T inclusive_scan(const thread_block_tile<N, P> &g, T v, Op op) {
      for (int d = 1; d < N; d *= 2) {
        T other = g.shfl_up(v, d);
        if (g.thread_rank() >= d) v = op(other, v);
      }
      return v;
    }
    template <unsigned int N, class P, class T>
    __device__ T inclusive_scan(const thread_block_tile<N, P> &g, T v) {
      return inclusive_scan(g, v, plus<T>());
    }
    template <unsigned int N, class P, class T, class Op>
    __device__ T exclusive_scan(const thread_block_tile<N, P> &g, T v, Op op) {
      T sum = inclusive_scan(g, v, op);
      T before = g.shfl_up(sum, 1);
      return g.thread_rank() == 0 ? T() : before;
    }
    template <unsigned int N, class P, class T>
    __device__ T exclusive_scan(const thread_block_tile<N, P> &g, T v) {
      return exclusive_scan(g, v, plus<T>());
    }
    }
    """

  static let matrices = """
    namespace nvcuda { namespace wmma {
    struct matrix_a {};
    struct matrix_b {};
    struct accumulator {};
    struct row_major {};
    struct col_major {};
    enum layout_t { mem_col_major = 0, mem_row_major = 1 };
    namespace precision { struct tf32 {}; }
    template <class T> struct _storage { typedef T type; };
    template <> struct _storage<precision::tf32> { typedef float type; };
    template <class U, int m, int n, int k> struct _elements { static constexpr int count = m * n / 32; };
    template <int m, int n, int k> struct _elements<matrix_a, m, n, k> { static constexpr int count = m * k / 32; };
    template <int m, int n, int k> struct _elements<matrix_b, m, n, k> { static constexpr int count = k * n / 32; };
    template <class U, int m, int n, int k, class T, class L = void> struct fragment {
      typename _storage<T>::type x[_elements<U, m, n, k>::count];
      static constexpr int num_elements = _elements<U, m, n, k>::count;
      typedef typename _storage<T>::type element_type;
    };
    template <class U, int m, int n, int k, class T, class L, class E>
    __device__ void load_matrix_sync(fragment<U, m, n, k, T, L> &f, const E *p, unsigned int stride) {
      __orrery_matrix_load(f, p, stride, std::is_same<L, col_major>::value ? 0 : 1);
    }
    template <class U, int m, int n, int k, class T, class L, class E>
    __device__ void load_matrix_sync(fragment<U, m, n, k, T, L> &f, const E *p, unsigned int stride, layout_t layout) {
      if (layout == mem_row_major) __orrery_matrix_load(f, p, stride, 1);
      else __orrery_matrix_load(f, p, stride, 0);
    }
    template <class U, int m, int n, int k, class T, class L, class E>
    __device__ void store_matrix_sync(E *p, const fragment<U, m, n, k, T, L> &f, unsigned int stride, layout_t layout) {
      if (layout == mem_row_major) __orrery_matrix_store(f, p, stride, 1);
      else __orrery_matrix_store(f, p, stride, 0);
    }
    template <class D, class A, class B, class C>
    __device__ void mma_sync(D &d, const A &a, const B &b, const C &c) { __orrery_matrix_multiply(d, a, b, c); }
    template <class F, class T> __device__ void fill_fragment(F &f, T v) {
      for (int i = 0; i < F::num_elements; i++) f.x[i] = v;
    }
    __device__ float __float_to_tf32(float v) {
      int bits = __float_as_int(v);
      bool ends = (bits & 0x7f800000) == 0x7f800000;
      return __int_as_float(ends ? bits : (bits + 0x1000) & 0xffffe000);
    }
    } }
    """

  static let textures = """
    template <class T, int dim = 1, int mode = 0> struct texture { int unit; };
    """
}
