public import Base
import CTensors
import Models

/// What a model would say if it ended behind each layer: the last norm and the output matrix over the
/// residual stream there (nostalgebraist 2020).
public struct LogitLens: Sendable {
  /// The most probable tokens behind each layer, at each position that was asked for.
  public let tops: [[[Sampler.Candidate]]]
}

extension Engine {
  /// Looks through the output matrix at the stream behind each layer, at positions from 0.
  public func logitLens(
    _ tokens: [TokenID], at positions: [Int], top count: Int, on executor: StepExecutor,
    shouldStop: @escaping () -> Bool
  ) throws(Problem) -> LogitLens {
    let width = spec.width
    let places = Dictionary(uniqueKeysWithValues: positions.enumerated().map { ($1, $0) })
    var states = [Float](repeating: 0, count: spec.layers * positions.count * width)
    try executor.look(at: [.layerOutput], tokens, shouldStop: shouldStop) { seen in
      for row in 0..<seen.rows {
        guard let place = places[seen.firstPosition + row] else { continue }
        let start = (seen.layer * positions.count + place) * width
        for column in 0..<width { states[start + column] = seen.values[row * width + column] }
      }
    }
    let all = try said(states, top: count, shouldStop)
    return LogitLens(
      tops: (0..<spec.layers).map { layer in
        Array(all[layer * positions.count..<(layer + 1) * positions.count])
      })
  }

  /// The most probable tokens for each row of stream, through the last norm and the output matrix.
  private func said(_ states: [Float], top count: Int, _ shouldStop: () -> Bool) throws(Problem)
    -> [[Sampler.Candidate]]
  {
    let norm = try outputNorm()
    let (output, arena) = (architecture.tables.output, Arena())
    let total = states.count / spec.width
    var result: [[Sampler.Candidate]] = []
    // As many rows as a kernel takes at once; each takes as many floats as there are tokens.
    for first in stride(from: 0, to: total, by: 32) {
      if shouldStop() { throw Problem("stopped", kind: .interrupted) }
      arena.reset()
      let x = arena.rows(min(32, total - first), spec.width)
      for row in 0..<x.count {
        for column in 0..<spec.width {
          x.row(row)[column] = states[(first + row) * spec.width + column]
        }
      }
      norm.run(x, into: x)
      let logits = arena.rows(x.count, output.matrix.rows)
      output.matrix.multiply(x, into: logits, arena)
      architecture.finish(logits)
      for row in 0..<x.count {
        let row = UnsafeMutableBufferPointer(start: logits.row(row), count: logits.columns)
        result.append(Sampler.top(count, of: row))
      }
    }
    return result
  }

  /// The norm before the output matrix, which every family's file has under one name.
  private func outputNorm() throws(Problem) -> Norm {
    var reader = WeightReader(file, spec, arithmetic)
    return reader.has("output_norm.bias")
      ? try reader.layerNorm("output_norm", count: spec.width)
      : try reader.rmsNorm("output_norm", count: spec.width)
  }
}

extension StepExecutor {
  /// Runs tokens as a sequence of their own and shows values of some taps.
  public func look(
    at taps: Set<Tap>, _ tokens: [TokenID], shouldStop: () -> Bool = { false },
    _ take: (Observation) -> Void
  ) throws(Problem) {
    // The observer is kept by nothing that outlives the run.
    let problem: Problem? = withoutActuallyEscaping(take) { take in
      do throws(Problem) {
        try Session(self).run(
          tokens, logits: .none, observer: Observer(taps, take), shouldStop: shouldStop)
        return nil
      } catch { return error }
    }
    if let problem { throw problem }
  }
}
