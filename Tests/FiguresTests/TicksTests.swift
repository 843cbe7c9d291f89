import Base
import Glibc
import Testing

@testable import Figures

@Suite struct TicksTests {
  @Test func `linear ticks lie inside, ascend by one round step and are about as many as wanted`() {
    var random = SeededRandom(seed: 1)
    for _ in 0..<2000 {
      let low = random.nextNormal() * pow(10, random.nextUniform() * 12 - 6)
      let span = pow(10, random.nextUniform() * 12 - 6)
      let count = 2 + random.nextInteger(below: 10)
      let (values, step) = LinearTicks.values(from: low, to: low + span, about: count)
      // Next to a large number a small range has no round ticks: its ends stand for them.
      if abs(low) > span * 1e10 { continue }
      let slack = step * 1e-6
      #expect(values.allSatisfy { $0 >= low - slack && $0 <= low + span + slack })
      for (a, b) in zip(values, values.dropFirst()) { #expect(abs(b - a - step) < step * 1e-2) }
      #expect(values.count <= count + 3, "\(values.count) ticks for \(count)")
      #expect(values.count * 5 >= count * 2 - 5)
      let digit = step / pow(10, (log10(step) + 1e-9).rounded(.down))
      #expect([1, 2, 5].contains { abs(digit - $0) < 1e-6 }, "step \(step)")
    }
  }

  @Test func `log ticks are powers of ten with eight minor ones between`() {
    let (major, minor) = LogTicks.values(from: 1, to: 1000, about: 5)
    #expect(major == [1, 10, 100, 1000])
    #expect(minor.count == 24)
  }

  @Test func `log ticks never lie outside and there are at least two where two fit`() {
    var random = SeededRandom(seed: 2)
    for _ in 0..<1000 {
      let low = pow(10, random.nextUniform() * 20 - 10)
      let high = low * pow(10, 0.05 + random.nextUniform() * 15)
      let (major, minor) = LogTicks.values(from: low, to: high, about: 4)
      for value in major + minor { #expect(value >= low * 0.999 && value <= high * 1.001) }
      #expect(zip(major, major.dropFirst()).allSatisfy { $0 < $1 })
      #expect(major.count >= 1 && major.count <= 12)
    }
  }

  @Test(
    "calendar ticks stand at boundaries",
    arguments: [
      (from: 0.0, to: 600.0, first: "1970"), (1_700_000_000, 1_700_086_400, "00:00"),
      (1_700_000_000, 1_700_900_000, "15 Nov"), (1_600_000_000, 1_700_000_000, "2021"),
    ])
  func calendar(from: Double, to: Double, first: String) {
    let labels = TimeTicks.ticks(from: from, to: to, about: 5).map(\.label)
    #expect(labels.count >= 2)
    #expect(
      labels.contains { $0 == first || first == "00:00" && $0.contains(":") || $0 == "00:00" }
        || labels.first == first, "\(labels)")
  }

  @Test func `a civil date goes to seconds and back`() {
    for day in stride(from: -200_000, to: 200_000, by: 97) {
      let time = CivilTime(Double(day) * 86_400 + 5)
      let back = CivilTime.seconds(year: time.year, month: time.month, day: time.day)
      #expect(back == Double(day) * 86_400)
    }
  }

  @Test(
    "numbers are short",
    arguments: [
      (0.0, "0"), (1234.4, "1234"), (0.00012, "0.00012"), (15_200, "15.2k"), (3.35e12, "3.35T"),
      (-0.5, "−0.5"), (2.5e-7, "2.5×10⁻⁷"), (999_999, "1000k"), (.infinity, "∞"), (.nan, "–"),
    ])
  func compact(value: Double, text: String) {
    #expect(NumberFormat.compact(value) == text)
  }

  @Test(
    "an axis shows its unit with the prefix that keeps ticks short",
    arguments: [
      (0.0, 0.02, "s", "latency (ms)"), (0, 3, "s", "latency (s)"),
      (0, 4e12, "B/s", "latency (TB/s)"),
      (0, 5000, "tokens", "latency (tokens)"),
    ])
  func units(low: Double, high: Double, unit: String, title: String) {
    let scale = Scale(kind: .linear, low: low, high: high)
    #expect(ResolvedAxis(Axis("latency", unit: unit), scale: scale, about: 5).title == title)
  }

  @Test func `a scale and its inverse agree`() {
    for scale in [Scale(kind: .linear, low: -3, high: 9), Scale(kind: .log, low: 1e-3, high: 1e5)] {
      for step in 0...20 {
        let fraction = Double(step) / 20
        #expect(abs(scale.fraction(scale.value(at: fraction)) - fraction) < 1e-12)
      }
    }
  }
}
