/// A kernel's instructions by number, with the places of its labels.
public struct InstructionList: Sendable {
  /// The instructions in order, labels left out.
  public let instructions: [Instruction]
  private let places: [Int]

  /// Numbers the instructions of a text.
  public init(_ statements: [Statement], labelNumbers: Int) {
    var instructions: [Instruction] = []
    var places = [Int](repeating: 0, count: labelNumbers)
    for statement in statements {
      switch statement {
      case .label(let label): places[label.number] = instructions.count
      case .instruction(let instruction): instructions.append(instruction)
      }
    }
    self.instructions = instructions
    self.places = places
  }

  /// Takes instructions with the numbers of those that their branches go to.
  init(_ instructions: [Instruction], targets: [Int]) {
    var places: [Int] = []
    self.instructions = instructions.enumerated().map { number, instruction in
      guard number < targets.count, targets[number] >= 0 else { return instruction }
      var instruction = instruction
      instruction.target = Label(places.count)
      places.append(targets[number])
      return instruction
    }
    self.places = places
  }

  /// Numbers the instructions of a kernel.
  public init(_ kernel: KernelProgram) {
    self.init(kernel.statements, labelNumbers: kernel.labelNumbers)
  }

  /// Where a label stands.
  public func place(of label: Label) -> Int { places[label.number] }

  /// Where a branch goes.
  public func target(of instruction: Int) -> Int? {
    instructions[instruction].target.map(place(of:))
  }
}
