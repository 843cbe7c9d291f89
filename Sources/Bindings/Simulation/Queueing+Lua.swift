import Base
import LuaBridge
import Simulation

/// `sim.queueing`: closed formulas to hold simulations against.
enum QueueingModule: LuaDeclarations {
  static let module = LuaModule(
    "sim.queueing", "Closed formulas for queues, to hold simulations against.",
    detail: "Each returns a table: utilization, wait_probability, mean_wait_seconds, "
      + "mean_response_seconds, mean_queue_length, mean_in_system. A queue that grows without "
      + "bound is an error.",
    example: "sim.queueing.mm1{ arrival_rate = 0.8, service_rate = 1 }.mean_wait_seconds"
  ) {
    function(
      "mm1", "One server, exponential service.", .state,
      .named(arrivalRate, serviceRate)
    ) { state, options in
      let (arrival, service) = options.values
      return try table(Queueing.mm1(arrivalRate: arrival, serviceRate: service), in: state)
    }
    function(
      "mmc", "Several servers, exponential service.", .state,
      .named(arrivalRate, serviceRate, .integer("servers", "how many", range: 1...1_000_000))
    ) { state, options in
      let (arrival, service, servers) = options.values
      return try table(
        Queueing.mmc(arrivalRate: arrival, serviceRate: service, servers: servers), in: state)
    }
    function(
      "mg1", "One server, any service times: Pollaczek and Khinchine.", .state,
      .named(arrivalRate, meanService, .number("service_variance", default: 0, range: 0...))
    ) { state, options in
      let (arrival, mean, variance) = options.values
      return try table(
        Queueing.mg1(arrivalRate: arrival, meanService: mean, serviceVariance: variance),
        in: state)
    }
    function(
      "gg", "Any arrivals, any service, several servers, approximately: Allen and Cunneen.",
      .state,
      .named(
        arrivalRate, meanService, .integer("servers", default: 1, range: 1...1_000_000),
        .number("arrival_cv", "deviation of the gaps over their mean", default: 1, range: 0...),
        .number("service_cv", "deviation of the service over its mean", default: 1, range: 0...))
    ) { state, options in
      let (arrival, mean, servers, arrivalVariation, serviceVariation) = options.values
      return try table(
        Queueing.gg(
          arrivalRate: arrival, meanService: mean, servers: servers,
          arrivalVariation: arrivalVariation, serviceVariation: serviceVariation), in: state)
    }
    function(
      "erlang_b", "The share of arrivals lost when nobody can wait.",
      .number("offered_load", "arrival rate times mean service", range: 0...),
      .integer("servers", range: 0...1_000_000)
    ) { Queueing.erlangB(offeredLoad: $0, servers: $1) }
    function(
      "erlang_c", "The share of arrivals that wait for one of several servers.",
      .number("offered_load", "arrival rate times mean service", range: 0...),
      .integer("servers", range: 1...1_000_000)
    ) { Queueing.erlangC(offeredLoad: $0, servers: $1) }
  }

  private static var arrivalRate: Argument<Double> {
    .number("arrival_rate", "arrivals per second", range: 1e-300...1e300)
  }

  private static var serviceRate: Argument<Double> {
    .number("service_rate", "services per second of one server", range: 1e-300...1e300)
  }

  private static var meanService: Argument<Double> {
    .number(
      "mean_service_seconds", "mean time of one service", unit: .seconds, range: 1e-300...1e300)
  }

  private static func table(_ figures: Queueing.Figures?, in state: LuaState) throws -> LuaTable {
    guard let figures else {
      throw Problem(
        "this queue grows without bound", fix: "arrivals must come more slowly than they are served"
      )
    }
    return state.makeTable(fields: [
      "utilization": .number(figures.utilization),
      "wait_probability": .number(figures.waitProbability),
      "mean_wait_seconds": .number(figures.meanWait),
      "mean_response_seconds": .number(figures.meanResponse),
      "mean_queue_length": .number(figures.meanQueueLength),
      "mean_in_system": .number(figures.meanInSystem),
    ])
  }
}
