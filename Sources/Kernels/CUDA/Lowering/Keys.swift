/// Numbers for things that must be found again when a kernel is walked once more.
///
/// A variable is known by the chain of calls that leads to it and by its declaration; a member of
/// it by its place.
final class Keys {
  private struct Step: Hashable {
    let parent: Int
    let number: Int
    let kind: UInt8
    var location = SourceLocation()
  }

  private var numbers: [Step: Int] = [:]

  private func intern(_ step: Step) -> Int {
    if let known = numbers[step] { return known }
    numbers[step] = numbers.count + 1
    return numbers.count
  }

  /// A member or element of something.
  func child(of parent: Int, _ index: Int) -> Int {
    intern(Step(parent: parent, number: index, kind: 0))
  }

  /// A variable of a function that was reached on a path.
  func variable(on path: Int, _ declaration: Int) -> Int {
    intern(Step(parent: path, number: declaration, kind: 1))
  }

  /// A call from a path.
  func call(from path: Int, to declaration: Int, at location: SourceLocation) -> Int {
    intern(Step(parent: path, number: declaration, kind: 2, location: location))
  }

  /// A nameless object that an expression makes.
  func temporary(on path: Int, at location: SourceLocation, _ number: Int) -> Int {
    intern(Step(parent: path, number: number, kind: 3, location: location))
  }
}
