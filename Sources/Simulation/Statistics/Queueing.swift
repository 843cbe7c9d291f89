/// Closed formulas for queues with Poisson arrivals, to hold simulations against.
///
/// Rates are per second, times in seconds. Source: Gross, Shortle, Thompson, Harris, Fundamentals of
/// Queueing Theory, 4th ed., chapters 2 and 5.
public enum Queueing {
  /// The long-run figures of a queue.
  public struct Figures: Hashable, Sendable {
    /// The share of the servers' time that is busy.
    public let utilization: Double
    /// The share of arrivals that wait.
    public let waitProbability: Double
    /// The mean time in the queue.
    public let meanWait: Double
    /// The mean time from arrival to departure.
    public let meanResponse: Double
    /// The mean number in the queue.
    public let meanQueueLength: Double
    /// The mean number in the queue and in service.
    public let meanInSystem: Double
  }

  /// One server, exponential service; nothing when the queue grows without bound.
  public static func mm1(arrivalRate: Double, serviceRate: Double) -> Figures? {
    mmc(arrivalRate: arrivalRate, serviceRate: serviceRate, servers: 1)
  }

  /// The quantile of the time from arrival to departure with one server: it is exponential.
  public static func mm1ResponseQuantile(
    _ fraction: Double, arrivalRate: Double, serviceRate: Double
  ) -> Double? {
    guard arrivalRate < serviceRate else { return nil }
    return Exponential(mean: 1 / (serviceRate - arrivalRate)).quantile(fraction)
  }

  /// Several servers, exponential service; nothing when the queue grows without bound.
  public static func mmc(arrivalRate: Double, serviceRate: Double, servers: Int) -> Figures? {
    let offered = arrivalRate / serviceRate
    guard arrivalRate > 0, servers > 0, offered < Double(servers) else { return nil }
    let waiting = erlangC(offeredLoad: offered, servers: servers)
    let wait = waiting / (Double(servers) * serviceRate - arrivalRate)
    return figures(
      arrivalRate, meanService: 1 / serviceRate, servers, waitProbability: waiting, wait: wait)
  }

  /// One server, any service times: the Pollaczek-Khinchine formula.
  public static func mg1(
    arrivalRate: Double, meanService: Double, serviceVariance: Double
  ) -> Figures? {
    let load = arrivalRate * meanService
    guard arrivalRate > 0, load < 1 else { return nil }
    let secondMoment = serviceVariance + meanService * meanService
    let wait = arrivalRate * secondMoment / (2 * (1 - load))
    return figures(arrivalRate, meanService: meanService, 1, waitProbability: load, wait: wait)
  }

  /// Any arrivals, any service, several servers, approximately: Allen-Cunneen.
  ///
  /// Source: Allen, Probability, Statistics and Queueing Theory, 2nd ed., section 5.3.
  public static func gg(
    arrivalRate: Double, meanService: Double, servers: Int, arrivalVariation: Double,
    serviceVariation: Double
  ) -> Figures? {
    guard
      let base = mmc(arrivalRate: arrivalRate, serviceRate: 1 / meanService, servers: servers)
    else { return nil }
    let spread =
      (arrivalVariation * arrivalVariation + serviceVariation * serviceVariation) / 2
    return figures(
      arrivalRate, meanService: meanService, servers, waitProbability: base.waitProbability,
      wait: base.meanWait * spread)
  }

  /// The share of arrivals lost when nobody can wait: Erlang's B formula.
  public static func erlangB(offeredLoad: Double, servers: Int) -> Double {
    var blocking = 1.0
    for count in 1...max(1, servers) {
      blocking = offeredLoad * blocking / (Double(count) + offeredLoad * blocking)
    }
    return servers < 1 ? 1 : blocking
  }

  /// The share of arrivals that wait for one of several servers: Erlang's C formula.
  public static func erlangC(offeredLoad: Double, servers: Int) -> Double {
    let load = offeredLoad / Double(servers)
    guard load < 1 else { return 1 }
    let blocking = erlangB(offeredLoad: offeredLoad, servers: servers)
    return blocking / (1 - load * (1 - blocking))
  }

  private static func figures(
    _ arrivalRate: Double, meanService: Double, _ servers: Int, waitProbability: Double,
    wait: Double
  ) -> Figures {
    // Little's law turns times into numbers.
    Figures(
      utilization: arrivalRate * meanService / Double(servers), waitProbability: waitProbability,
      meanWait: wait, meanResponse: wait + meanService, meanQueueLength: arrivalRate * wait,
      meanInSystem: arrivalRate * (wait + meanService))
  }
}
