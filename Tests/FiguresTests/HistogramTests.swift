import Base
import Figures
import Testing

@Suite struct HistogramTests {
  @Test(
    "every finite value lies in exactly one bin",
    arguments: [
      BinRule.automatic, .count(7), .width(0.3), .width(0), .count(0),
    ])
  func conserved(rule: BinRule) {
    var random = SeededRandom(seed: 4)
    for size in [0, 1, 2, 50, 3000] {
      var values = (0..<size).map { _ in random.nextNormal() }
      values.append(.nan)
      let histogram = Histogram(values, rule: rule)
      #expect(histogram.counts.reduce(0, +) == size)
      #expect(histogram.leftOut == 1)
      #expect(histogram.edges.count == (size == 0 ? 0 : histogram.counts.count + 1))
      #expect(zip(histogram.edges, histogram.edges.dropFirst()).allSatisfy { $0 < $1 })
      for (index, count) in histogram.counts.enumerated() where index + 1 < histogram.counts.count {
        let (low, high) = (histogram.edges[index], histogram.edges[index + 1])
        #expect(count == values.count { $0 >= low && $0 < high })
      }
    }
  }

  @Test func `logarithmic bins leave out what has no logarithm`() {
    let histogram = Histogram([-1, 0, 1, 10, 100, 1000], isLogarithmic: true)
    #expect(histogram.leftOut == 2)
    #expect(histogram.counts.reduce(0, +) == 4)
  }

  @Test func `the steps of a CDF are the ranks`() {
    let chart = Chart.cumulative(samples: [("", [3, 1, 1, 2])])
    guard case .step(let series) = chart.marks[0].shape else {
      Issue.record("a CDF is a step line")
      return
    }
    #expect(series.x == [1, 1, 2, 3])
    #expect(series.y == [0, 0.5, 0.75, 1])
  }
}
