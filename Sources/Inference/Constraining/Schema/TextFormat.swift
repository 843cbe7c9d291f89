/// The formats of JSON Schema that are regular languages, over the plain text of a string.
enum TextFormat {
  /// The formats by name.
  static let all: [String: GrammarExpression] = [
    "date": date, "time": time, "date-time": .sequence([date, .letters("Tt"), time]),
    "duration": duration, "uuid": uuid, "email": email, "hostname": hostname, "ipv4": ipv4,
    "ipv6": ipv6, "uri": uri, "json-pointer": jsonPointer,
  ]

  private static let digit = GrammarExpression.letters("0123456789")
  private static let hex = GrammarExpression.letters("0123456789abcdefABCDEF")
  private static let alphanumeric = GrammarExpression.scalars(
    ScalarSet([0x30...0x39, 0x41...0x5A, 0x61...0x7A]))

  private static func times(_ part: GrammarExpression, _ low: Int, _ high: Int? = nil)
    -> GrammarExpression
  {
    .repeated(part, low, high ?? low)
  }

  /// Two digits, the first of which ranges over some letters.
  private static func two(_ first: String, _ second: String = "0123456789") -> GrammarExpression {
    .sequence([.letters(first), .letters(second)])
  }

  // MARK: Time (RFC 3339)

  private static let date: GrammarExpression = {
    let year = times(digit, 4)
    let day28 = GrammarExpression.choice([
      two("0", "123456789"), two("1"), two("2", "012345678"),
    ])
    let long = GrammarExpression.choice([
      two("0", "13578"), two("1", "02"),
    ])
    let any = GrammarExpression.choice([
      two("0", "13456789"), two("1", "012"),
    ])
    let leap = GrammarExpression.choice([
      .sequence([times(digit, 2), leapPair]), .sequence([leapCentury, .text("00")]),
    ])
    return .choice([
      .sequence([
        year, .text("-"),
        .choice([
          .sequence([.choice([any, .text("02")]), .text("-"), day28]),
          .sequence([any, .text("-"), .choice([.text("29"), .text("30")])]),
          .sequence([long, .text("-31")]),
        ]),
      ]),
      .sequence([leap, .text("-02-29")]),
    ])
  }()

  /// 04, 08, 12 … 96.
  private static let leapPair = GrammarExpression.choice(
    stride(from: 4, through: 96, by: 4).map { .text($0 < 10 ? "0\($0)" : "\($0)") })
  /// The first half of 0000, 0400 … 9600.
  private static let leapCentury = GrammarExpression.choice(
    stride(from: 0, through: 96, by: 4).map { .text($0 < 10 ? "0\($0)" : "\($0)") })

  private static let time: GrammarExpression = {
    let hour = GrammarExpression.choice([two("01"), two("2", "0123")])
    let minute = two("012345")
    let offset = GrammarExpression.choice([
      .letters("Zz"), .sequence([.letters("+-"), hour, .text(":"), minute]),
    ])
    return .sequence([
      hour, .text(":"), minute, .text(":"), minute,
      .optional(.sequence([.text("."), times(digit, 1, 9)])), offset,
    ])
  }()

  /// ISO 8601's durations in RFC 3339's grammar, with at most nine digits per number.
  private static let duration: GrammarExpression = {
    let number = times(digit, 1, 9)
    func unit(_ letter: String) -> GrammarExpression { .sequence([number, .text(letter)]) }
    func chain(_ letters: [String]) -> GrammarExpression {
      .choice(
        letters.indices.map { start in
          .sequence(
            [unit(letters[start])]
              + [
                letters[(start + 1)...].reversed().reduce(GrammarExpression.empty) {
                  .optional(.sequence([unit($1), $0]))
                }
              ])
        })
    }
    let clock = GrammarExpression.sequence([.text("T"), chain(["H", "M", "S"])])
    let days = GrammarExpression.sequence([chain(["Y", "M", "D"]), .optional(clock)])
    return .sequence([.text("P"), .choice([days, clock, unit("W")])])
  }()

  // MARK: Names and addresses

  private static let uuid = GrammarExpression.sequence([
    times(hex, 8), .text("-"), times(hex, 4), .text("-"), times(hex, 4), .text("-"),
    times(hex, 4), .text("-"), times(hex, 12),
  ])

  /// Labels of 1 to 63 letters, digits and inner hyphens.
  private static let label = GrammarExpression.sequence([
    alphanumeric,
    .repeated(
      .sequence([times(.text("-"), 0, 2), alphanumeric]), 0, 20),
  ])

  /// Up to four labels, so that the whole stays below 253 letters.
  private static let hostname = GrammarExpression.sequence([
    label, .repeated(.sequence([.text("."), label]), 0, 3),
  ])

  /// A dot-atom of at most 64 letters before the sign and a host name with a dot behind it.
  private static let email: GrammarExpression = {
    let atom = GrammarExpression.scalars(
      ScalarSet([0x30...0x39, 0x41...0x5A, 0x61...0x7A]).union(ScalarSet("!#$%&'*+-/=?^_`{|}~")))
    let local = GrammarExpression.sequence([
      times(atom, 1, 20), .repeated(.sequence([.text("."), times(atom, 1, 20)]), 0, 2),
    ])
    return .sequence([
      local, .text("@"), label, .repeated(.sequence([.text("."), label]), 1, 3),
    ])
  }()

  private static let ipv4: GrammarExpression = {
    let byte = GrammarExpression.choice([
      digit, .sequence([.letters("123456789"), digit]), .sequence([.text("1"), times(digit, 2)]),
      .sequence([.text("2"), .letters("01234"), digit]),
      .sequence([.text("25"), .letters("012345")]),
    ])
    return .sequence([byte, times(.sequence([.text("."), byte]), 3)])
  }()

  /// Eight groups, or fewer around one `::`.
  private static let ipv6: GrammarExpression = {
    let group = times(hex, 1, 4)
    let more = GrammarExpression.sequence([.text(":"), group])
    func groups(upTo count: Int) -> GrammarExpression {
      count == 0 ? .empty : .optional(.sequence([group, times(more, 0, count - 1)]))
    }
    let full = GrammarExpression.sequence([group, times(more, 7)])
    let short = (0...7).map { before in
      GrammarExpression.sequence([
        before == 0 ? .empty : .sequence([group, times(more, before - 1)]), .text("::"),
        groups(upTo: 7 - before),
      ])
    }
    return .choice([full] + short)
  }()

  /// A scheme, `:` and letters that may stand in a URI (RFC 3986), `%` with its two digits.
  private static let uri: GrammarExpression = {
    let letter = GrammarExpression.scalars(ScalarSet([0x41...0x5A, 0x61...0x7A]))
    let scheme = GrammarExpression.sequence([
      letter, .repeated(.choice([alphanumeric, .letters("+-.")]), 1, 15),
    ])
    let plain = GrammarExpression.scalars(
      ScalarSet([0x30...0x39, 0x41...0x5A, 0x61...0x7A]).union(ScalarSet("-._~!$&'()*+,;=:@/")))
    let character = GrammarExpression.choice([plain, .sequence([.text("%"), times(hex, 2)])])
    return .sequence([
      scheme, .text("://"), label, .repeated(.sequence([.text("."), label]), 0, 3),
      .optional(.sequence([.text("/"), .repeated(character, 0, nil)])),
    ])
  }()

  private static let jsonPointer = GrammarExpression.repeated(
    .sequence([
      .text("/"),
      .repeated(
        .choice([
          .scalars(ScalarSet("~/").inverted), .sequence([.text("~"), .letters("01")]),
        ]), 0, nil),
    ]), 0, nil)
}
