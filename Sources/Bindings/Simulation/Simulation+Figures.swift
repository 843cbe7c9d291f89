import Figures
import LuaBridge
import Simulation

extension SimulationObject {
  /// What a notebook shows: the recorded timeline, or nothing beside the text.
  func shownForms(in state: LuaState) -> [String: String]? {
    guard let timeline = simulator.timeline, !timeline.spans.isEmpty,
      let figure = try? drawing()
    else { return nil }
    return ["text/plain": description, "image/svg+xml": figure.svg()]
  }
}

extension StatisticsObject {
  /// What a notebook shows: a histogram beside the text, once there is more than one number.
  func shownForms(in state: LuaState) -> [String: String]? {
    guard observations.count > 1 else { return nil }
    let figure = Figure.chart(.histogram(values: observations.values))
    return ["text/plain": description, "image/svg+xml": figure.svg()]
  }
}
