/// What device code uses of the standard library.
extension Library {
  static let standard =
    traits
    + limits(
      "float", digits: 24, isInteger: false, lowest: "-FLT_MAX", min: "FLT_MIN", max: "FLT_MAX",
      epsilon: "FLT_EPSILON", infinity: "__int_as_float(0x7f800000)",
      nan: "__int_as_float(0x7fffffff)")
    + limits(
      "double", digits: 53, isInteger: false, lowest: "-DBL_MAX", min: "DBL_MIN", max: "DBL_MAX",
      epsilon: "DBL_EPSILON", infinity: "__longlong_as_double(0x7ff0000000000000LL)",
      nan: "__longlong_as_double(0x7fffffffffffffffLL)")
    + whole("char", "CHAR", 7) + whole("signed char", "SCHAR", 7)
    + whole("unsigned char", "UCHAR", 8, isUnsigned: true) + whole("short", "SHRT", 15)
    + whole("unsigned short", "USHRT", 16, isUnsigned: true) + whole("int", "INT", 31)
    + whole("unsigned int", "UINT", 32, isUnsigned: true) + whole("long", "LONG", 63)
    + whole("unsigned long", "ULONG", 64, isUnsigned: true) + whole("long long", "LLONG", 63)
    + whole("unsigned long long", "ULLONG", 64, isUnsigned: true) + "}\n" + functions

  private static let traits = """
    namespace std {
    template <class T, T v> struct integral_constant {
      static constexpr T value = v;
      typedef T value_type;
      __device__ constexpr operator T() const { return v; }
    };
    template <bool b> struct bool_constant { static constexpr bool value = b; };
    struct true_type { static constexpr bool value = true; };
    struct false_type { static constexpr bool value = false; };
    template <class A, class B> struct is_same { static constexpr bool value = false; };
    template <class A> struct is_same<A, A> { static constexpr bool value = true; };
    template <bool c, class A, class B> struct conditional { typedef A type; };
    template <class A, class B> struct conditional<false, A, B> { typedef B type; };
    template <bool c, class T = void> struct enable_if {};
    template <class T> struct enable_if<true, T> { typedef T type; };
    template <class T> struct remove_reference { typedef T type; };
    template <class T> struct remove_reference<T &> { typedef T type; };
    template <class T> struct remove_const { typedef T type; };
    template <class T> struct remove_const<const T> { typedef T type; };
    template <class T> struct remove_cv { typedef T type; };
    template <class T> struct remove_cv<const T> { typedef T type; };
    template <class T> struct remove_cvref { typedef T type; };
    template <class T> struct remove_cvref<const T> { typedef T type; };
    template <class T> struct remove_pointer { typedef T type; };
    template <class T> struct remove_pointer<T *> { typedef T type; };
    template <class T> struct decay { typedef T type; };
    template <class T> struct is_pointer { static constexpr bool value = false; };
    template <class T> struct is_pointer<T *> { static constexpr bool value = true; };
    template <class T> struct is_const { static constexpr bool value = false; };
    template <class T> struct is_const<const T> { static constexpr bool value = true; };
    template <class T> struct is_floating_point {
      static constexpr bool value = is_same<T, float>::value || is_same<T, double>::value;
    };
    template <class T> struct is_integral { static constexpr bool value = __orrery_is_integer<T>(); };
    template <class T> struct is_arithmetic {
      static constexpr bool value = is_integral<T>::value || is_floating_point<T>::value;
    };
    template <class T> struct is_signed { static constexpr bool value = __orrery_is_signed<T>(); };
    template <class T> struct is_unsigned {
      static constexpr bool value = is_integral<T>::value && !__orrery_is_signed<T>();
    };
    template <class T> struct make_unsigned { typedef T type; };
    template <> struct make_unsigned<int> { typedef unsigned int type; };
    template <> struct make_unsigned<short> { typedef unsigned short type; };
    template <> struct make_unsigned<char> { typedef unsigned char type; };
    template <> struct make_unsigned<long> { typedef unsigned long type; };
    template <> struct make_unsigned<long long> { typedef unsigned long long type; };
    template <class A, class B> constexpr bool is_same_v = is_same<A, B>::value;
    template <class T> constexpr bool is_integral_v = is_integral<T>::value;
    template <class T> constexpr bool is_floating_point_v = is_floating_point<T>::value;
    template <class T> constexpr bool is_arithmetic_v = is_arithmetic<T>::value;
    template <class T> constexpr bool is_pointer_v = is_pointer<T>::value;
    template <class T> constexpr bool is_signed_v = is_signed<T>::value;
    template <class T> constexpr bool is_unsigned_v = is_unsigned<T>::value;
    template <bool c, class A, class B> using conditional_t = typename conditional<c, A, B>::type;
    template <bool c, class T = void> using enable_if_t = typename enable_if<c, T>::type;
    template <class T> using remove_reference_t = typename remove_reference<T>::type;
    template <class T> using remove_const_t = typename remove_const<T>::type;
    template <class T> using remove_cv_t = typename remove_cv<T>::type;
    template <class T> using remove_pointer_t = typename remove_pointer<T>::type;
    template <class T> using decay_t = typename decay<T>::type;
    template <class T> using make_unsigned_t = typename make_unsigned<T>::type;
    template <class T> __device__ void swap(T &a, T &b) { T c = a; a = b; b = c; }
    template <class A, class B> struct pair { A first; B second; };
    template <class T, int N> struct array {
      T _items[N];
      __device__ T &operator[](int i) { return _items[i]; }
      __device__ const T &operator[](int i) const { return _items[i]; }
      __device__ constexpr int size() const { return N; }
      __device__ T *data() { return _items; }
    };
    template <class T = void> struct plus {
      template <class A> __device__ A operator()(A a, A b) const { return a + b; }
    };
    template <class T = void> struct minus {
      template <class A> __device__ A operator()(A a, A b) const { return a - b; }
    };
    template <class T = void> struct multiplies {
      template <class A> __device__ A operator()(A a, A b) const { return a * b; }
    };
    template <class T = void> struct less {
      template <class A> __device__ bool operator()(A a, A b) const { return a < b; }
    };
    template <class T = void> struct greater {
      template <class A> __device__ bool operator()(A a, A b) const { return a > b; }
    };
    template <class T> struct numeric_limits { static constexpr bool is_specialized = false; };

    """

  private static func limits(
    _ type: String, digits: Int, isInteger: Bool, lowest: String, min: String, max: String,
    epsilon: String, infinity: String, nan: String, isSigned: Bool = true
  ) -> String {
    """
    template <> struct numeric_limits<\(type)> {
      static constexpr bool is_specialized = true;
      static constexpr bool is_integer = \(isInteger);
      static constexpr bool is_signed = \(isSigned);
      static constexpr int digits = \(digits);
      __device__ static constexpr \(type) min() { return \(min); }
      __device__ static constexpr \(type) max() { return \(max); }
      __device__ static constexpr \(type) lowest() { return \(lowest); }
      __device__ static constexpr \(type) epsilon() { return \(epsilon); }
      __device__ static constexpr \(type) infinity() { return \(infinity); }
      __device__ static constexpr \(type) quiet_NaN() { return \(nan); }
    };

    """
  }

  private static func whole(
    _ type: String, _ name: String, _ digits: Int, isUnsigned: Bool = false
  ) -> String {
    let least = isUnsigned ? "0" : "\(name)_MIN"
    return limits(
      type, digits: digits, isInteger: true, lowest: least, min: least, max: "\(name)_MAX",
      epsilon: "0", infinity: "0", nan: "0", isSigned: !isUnsigned)
  }

  private static let functions = """
    namespace cuda {
    template <int N> struct aligned_size_t { int value; };
    template <class P> __device__ void memcpy_async(void *a, const void *b, unsigned long n, P &p) {
      char *to = (char *)a; const char *from = (const char *)b;
      for (unsigned long i = 0; i < n; i += 4) *(unsigned *)(to + i) = *(const unsigned *)(from + i);
    }
    }
    """
}
