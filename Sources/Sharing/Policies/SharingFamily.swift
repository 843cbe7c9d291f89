public import Base

/// A kind of policy by its name, with its options.
public struct SharingFamily: Described, Sendable {
  /// What is known of it.
  public let info: Info
  private let build: @Sendable (PolicyOptions) throws(Problem) -> any SharingPolicy

  init(
    _ info: Info, _ build: @escaping @Sendable (PolicyOptions) throws(Problem) -> any SharingPolicy
  ) {
    self.info = info
    self.build = build
  }

  /// Makes a policy; unknown and bad options are named in the error.
  public func make(_ options: JSONObject = [:]) throws(Problem) -> any SharingPolicy {
    try build(try PolicyOptions(options, info))
  }

  /// Every policy.
  public static let catalog = Catalog<SharingFamily>(
    "sharing policy",
    [
      Passthrough.family, TimeSlicing.family, MPS.family, VGPU.family, HAMi.family,
      MIGSharing.family,
    ])
}

/// Options of a policy, checked against its declaration.
public struct PolicyOptions: Sendable {
  private let values: JSONObject
  private let info: Info

  init(_ values: JSONObject, _ info: Info) throws(Problem) {
    self.values = values
    self.info = info
    let names = info.parameters.map(\.name)
    for (name, value) in values {
      guard let parameter = info.parameters.first(where: { $0.name == name }) else {
        throw .unknown(
          "option of policy \(info.name)", name, value: value.double, among: names)
      }
      try check(value, parameter)
    }
  }

  private func check(_ value: JSONValue, _ parameter: Parameter) throws(Problem) {
    let subject = "policy \(info.name): \(parameter.name)"
    switch parameter.kind {
    case .number, .integer:
      let number = parameter.kind == .integer ? value.integer.map(Double.init) : value.double
      guard let number, number.isFinite else {
        throw Problem("\(subject) is a number, not \(value.formatted())")
      }
      if let range = parameter.range, !range.contains(number) {
        throw Problem(
          "\(subject) lies from \(range.lowerBound) to \(range.upperBound), not \(number)")
      }
    case .choice(let words):
      guard let word = value.string, words.contains(word) else {
        throw .unknown(subject, value.string ?? value.formatted(), among: words)
      }
    default:
      guard value.string != nil else {
        throw Problem("\(subject) is a text, not \(value.formatted())")
      }
    }
  }

  func number(_ name: String) -> Double? { values[name]?.double }
  func integer(_ name: String) -> Int? { values[name]?.integer }
  func text(_ name: String) -> String? { values[name]?.string }
}

extension Parameter {
  /// A number of an option.
  static func option(
    _ name: String, _ summary: String, unit: Unit? = nil, default value: String? = nil,
    range: ClosedRange<Double>? = nil, tradeOff: String? = nil
  ) -> Parameter {
    Parameter(
      name: name, kind: .number, unit: unit, defaultValue: value, isOptional: true, range: range,
      summary: summary, tradeOff: tradeOff)
  }
}
