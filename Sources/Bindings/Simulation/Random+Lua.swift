import Base
public import LuaBridge
public import Simulation

extension RandomStream: LuaExported {
  /// The name in Lua.
  public static let luaName = "sim.Stream"
  /// What Lua sees of a stream.
  public static let exported = Exported<RandomStream>(
    "Random numbers of one name: whatever other streams draw, these stay the same.",
    detail: "Give each cause its own stream (arrivals, sizes, failures): two variants of a model "
      + "then see the same arrivals.",
    example: #"sim.new{ seed = 1 }:stream("arrivals"):exponential(2)"#, keepsIdentity: true
  ) {
    property("name", "Its name.") { $0.name }
    method(
      "uniform", "A number from low up to, but not including, high.",
      .number("low", default: 0), .number("high", default: 1)
    ) { $0.uniform($1, $2) }
    method(
      "exponential", "A time between independent events.",
      .number("mean", "mean of the times", default: 1, range: 0...)
    ) { $0.exponential(mean: $1) }
    method(
      "normal", "A number of the bell curve.", .number("mean", default: 0),
      .number("deviation", "standard deviation", default: 1, range: 0...)
    ) { $0.normal(mean: $1, deviation: $2) }
    method(
      "integer", "A whole number from low to high, both included.", .integer("low"),
      .integer("high")
    ) { stream, low, high in
      guard low <= high else { throw Problem("stream:integer(\(low), \(high)): low is above high") }
      guard high.subtractingReportingOverflow(low).partialValue >= 0 else {
        throw Problem("stream:integer(\(low), \(high)): the range is too wide")
      }
      return stream.integer(low, high)
    }
    method(
      "chance", "True with a probability.",
      .number("probability", "from never to always", unit: .ratio, range: 0...1)
    ) { $0.chance($1) }
    method(
      "pick", "One element of a list, all alike or by weight.",
      .value("list", "what to pick from", of: [LuaValue].self),
      .optional(.value("weights", "one number for each element", of: [Double].self))
    ) { stream, list, weights in
      guard !list.isEmpty else { throw Problem("stream:pick needs at least one element") }
      guard let weights else { return list[stream.integer(0, list.count - 1)] }
      guard weights.count == list.count, weights.allSatisfy({ $0 >= 0 }),
        weights.contains(where: { $0 > 0 })
      else {
        throw Problem(
          "stream:pick needs \(list.count) weights that are not negative, got \(weights)")
      }
      return list[stream.pick(weights: weights)]
    }
    method(
      "shuffle", "A copy of a list in random order.",
      .value("list", "what to shuffle", of: [LuaValue].self)
    ) { stream, list in stream.permutation(list.count).map { list[$0] } }
    method(
      "draw", "A number that follows a distribution.",
      .value("distribution", "the law to follow", of: DistributionValue.self)
    ) { $0.draw($1.law) }.example(
      #"sim.stream("sizes"):draw(sim.distribution("lognormal", { mean = 200, cv = 1 }))"#)
    method("restart", "Starts over with the first number.") { $0.restart() }
  }
}

/// A distribution as Lua holds it.
struct DistributionValue: CustomStringConvertible {
  let name: String
  let law: any Distribution

  var description: String { law.description }
}

extension DistributionValue: LuaExported {
  static let luaName = "sim.Distribution"
  static let exported = Exported<DistributionValue>(
    "A law that random numbers follow, made by sim.distribution.",
    example: #"sim.distribution("exponential", { mean = 2 }):quantile(0.99)"#
  ) {
    property("name", "The name of its family.") { $0.name }
    property("mean", "The mean; infinite where there is none.") { $0.law.mean }
    property("variance", "The variance; infinite where there is none.") { $0.law.variance }
    property("standard_deviation", "The square root of the variance.") {
      $0.law.standardDeviation
    }
    property("is_discrete", "True when only some numbers can come.") { $0.law.isDiscrete }
    method(
      "cumulative", "The probability of a number at or below x.", .number("x")
    ) { $0.law.cumulative($1) }
    method(
      "quantile", "The least value that is reached with a probability.",
      .number("probability", unit: .ratio, range: 0...1)
    ) { $0.law.quantile($1) }
    method(
      "sample", "Draws one number from a stream.",
      .value("stream", "where the randomness comes from", of: RandomStream.self)
    ) { $1.draw($0.law) }
    method(
      "samples", "Draws many numbers from a stream.",
      .value("stream", "where the randomness comes from", of: RandomStream.self),
      .integer("count", "how many", range: 0...100_000_000)
    ) { distribution, stream, count in (0..<count).map { _ in stream.draw(distribution.law) } }
  }

  /// Makes a distribution from a family's name and a Lua table of its parameters.
  static func make(_ name: String, _ parameters: LuaTable?) throws -> DistributionValue {
    var values: [String: DistributionArguments.Value] = [:]
    for (key, value) in parameters?.pairs ?? [] {
      guard let key = key.text else {
        throw Problem("the parameters of distribution \(name) have names, as in { mean = 2 }")
      }
      values[key] = try argument(value, name: key, of: name)
    }
    return DistributionValue(name: name, law: try Distributions.make(name, values))
  }

  private static func argument(
    _ value: LuaValue, name: String, of family: String
  ) throws -> DistributionArguments.Value {
    if let number = value.number { return .number(number) }
    let expected =
      "distribution \(family): \(name) must be a number or a list, got a \(value.typeName)"
    guard let table = value.table else { throw Problem(expected) }
    let numbers = table.elements.compactMap(\.number)
    if numbers.count == table.count { return .list(numbers) }
    let parts = try table.elements.map { element in
      guard let part = DistributionValue.read(element) else {
        throw Problem("distribution \(family): \(name) must hold numbers or distributions only")
      }
      return part.law
    }
    return .parts(parts)
  }

  private static func read(_ value: LuaValue) -> DistributionValue? {
    guard case .userdata(let userdata) = value else { return nil }
    return userdata.object(DistributionValue.self)
  }
}
