/// Ticks at calendar boundaries of UTC; values are seconds since 1970.
enum TimeTicks {
  private static let steps: [Double] = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
    172_800, 604_800,
  ]

  /// Labelled ticks inside a range, about as many as wanted.
  static func ticks(from low: Double, to high: Double, about count: Int) -> [Tick] {
    guard low > -6e10, high < 2.5e11, high > low else { return [] }
    let wanted = (high - low) / Double(max(1, count))
    if wanted < 1 { return subsecond(low, high, count) }
    guard let step = steps.first(where: { $0 >= wanted * 0.8 }) else {
      return months(low, high, wanted)
    }
    // Weeks start on Monday; 1970-01-05 was one.
    let origin: Double = step == 604_800 ? 345_600 : 0
    let first = ((low - origin) / step).rounded(.up)
    let last = ((high - origin) / step).rounded(.down)
    guard last >= first else { return [] }
    return (0...Int(last - first)).map { index in
      let value = origin + (first + Double(index)) * step
      return Tick(value: value, label: label(value, step: step))
    }
  }

  private static func subsecond(_ low: Double, _ high: Double, _ count: Int) -> [Tick] {
    let (values, step) = LinearTicks.values(from: low, to: high, about: count)
    let decimals = LinearTicks.decimals(forStep: step)
    return values.map { value in
      let second = value - (value / 60).rounded(.down) * 60
      let text = NumberFormat.fixed(second, decimals: decimals)
      return Tick(value: value, label: ":" + (second < 9.9999999 ? "0" : "") + text)
    }
  }

  private static func label(_ value: Double, step: Double) -> String {
    let time = CivilTime(value)
    if step >= 86_400 || (time.secondOfDay == 0 && step >= 3600) {
      return time.month == 1 && time.day == 1 ? String(time.year) : "\(time.day) \(time.monthName)"
    }
    return time.clock(seconds: step < 60)
  }

  private static func months(_ low: Double, _ high: Double, _ wanted: Double) -> [Tick] {
    let wantedMonths = wanted / 2_629_746
    let step: Int
    if let months = [1, 3, 6].first(where: { Double($0) >= wantedMonths * 0.8 }) {
      step = months
    } else {
      step = max(1, Int(LinearTicks.roundStep(atLeast: wantedMonths / 12 * 0.8))) * 12
    }
    let start = CivilTime(low)
    var month = (start.year * 12 + start.month - 1) / step * step
    var ticks: [Tick] = []
    while true {
      let (year, index) = (month / 12, month % 12)
      let value = CivilTime.seconds(year: year, month: index + 1, day: 1)
      if value > high { return ticks }
      if value >= low {
        let label = index == 0 ? String(year) : CivilTime.monthNames[index]
        ticks.append(Tick(value: value, label: label))
      }
      month += step
    }
  }
}

/// A moment of the Gregorian calendar in UTC.
struct CivilTime {
  let year, month, day: Int
  let secondOfDay: Double

  static let monthNames = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  var monthName: String { Self.monthNames[month - 1] }

  /// Splits seconds since 1970 by the civil-from-days algorithm of Howard Hinnant.
  init(_ seconds: Double) {
    let days = Int((seconds / 86_400).rounded(.down))
    secondOfDay = seconds - Double(days) * 86_400
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// The seconds since 1970 at which a day starts.
  static func seconds(year: Int, month: Int, day: Int) -> Double {
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return Double(era * 146_097 + dayOfEra - 719_468) * 86_400
  }

  func clock(seconds: Bool) -> String {
    let total = Int(secondOfDay)
    func two(_ n: Int) -> String { n < 10 ? "0\(n)" : String(n) }
    let minutes = "\(two(total / 3600)):\(two(total / 60 % 60))"
    return seconds ? "\(minutes):\(two(total % 60))" : minutes
  }
}
