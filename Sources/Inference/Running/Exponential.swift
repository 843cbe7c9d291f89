import Glibc

/// The exponential function, here once so that other files need no C library.
@inline(__always)
func exponential(_ x: Double) -> Double { exp(x) }

/// The natural logarithm.
@inline(__always)
func naturalLogarithm(_ x: Double) -> Double { log(x) }
