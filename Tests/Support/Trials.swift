import Glibc

/// How often a test with random inputs repeats itself: as often as is promised where
/// ORRERY_SLOW_TESTS=1 is set, else so often that it stays fast.
public func trials(_ all: Int, fast: Int) -> Int { isSlowRun ? all : fast }

/// True where ORRERY_SLOW_TESTS=1 is set.
public var isSlowRun: Bool { getenv("ORRERY_SLOW_TESTS") != nil }
