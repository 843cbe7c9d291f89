extension PTXLowering {
  /// Writes the current instruction.
  mutating func lowerInstruction() throws(PTXFault) {
    switch instruction.name {
    // Moves and memory.
    case "mov": try lowerMove()
    case "ld", "ldu": try lowerLoad()
    case "st": try lowerStore()
    case "cvta": try lowerAddressConversion()
    case "isspacep": try lowerSpaceTest()
    case "atom": try lowerAtomic(hasResult: true)
    case "red" where !instruction.has("async"): try lowerAtomic(hasResult: false)
    case "cp": try lowerCopy()
    case "tex": try lowerTexture()
    case "prefetch", "prefetchu", "nanosleep", "pmevent", "discard", "applypriority",
      "griddepcontrol", "setmaxnreg", "brkpt":
      break
    case "createpolicy": move(.u64, to: try destination(0, .b64), from: .wide(0))
    // Numbers.
    case "cvt": try lowerConversion()
    case "add", "addc": try lowerAdd()
    case "sub", "subc": try lowerSubtract()
    case "mul": try lowerMultiply()
    case "mul24", "mad24": try lowerMultiply24()
    case "mad", "madc": try lowerMultiplyAdd()
    case "fma": try lowerFusedMultiplyAdd()
    case "div": try lowerDivide()
    case "rem": try lowerBinary(.remainder)
    case "min", "max": try lowerExtremum()
    case "abs": try lowerUnary(.absolute)
    case "neg": try lowerUnary(.negate)
    case "sqrt", "rcp": try lowerRoot()
    case "rsqrt": try lowerUnary(.reciprocalSquareRoot)
    case "sin": try lowerUnary(.sine)
    case "cos": try lowerUnary(.cosine)
    case "ex2": try lowerUnary(.exponential2)
    case "lg2": try lowerUnary(.logarithm2)
    case "tanh": try lowerUnary(.hyperbolicTangent)
    case "copysign": try lowerCopySign()
    case "testp": try lowerTest()
    case "sad": try lowerTernary(.sumOfDifferences)
    case "dp4a", "dp2a": try lowerDotProduct()
    // Bits.
    case "and": try lowerLogic(.and, .and)
    case "or": try lowerLogic(.or, .or)
    case "xor": try lowerLogic(.xor, .xor)
    case "not": try lowerNot()
    case "cnot": try lowerLogicalNot()
    case "shl", "shr": try lowerShift()
    case "shf": try lowerFunnelShift()
    case "lop3": try lowerLogic3()
    case "bfe": try lowerBitFieldExtract()
    case "bfi": try lowerBitFieldInsert()
    case "bfind": try lowerFindBit()
    case "bmsk": try lowerBitMask()
    case "szext": try lowerSizeExtension()
    case "prmt": try lowerPermute()
    case "popc": try lowerCount(.populationCount)
    case "clz": try lowerCount(.leadingZeros)
    case "brev": try lowerUnary(.reverseBits)
    case "fns": try lowerFindNthSet()
    default:
      if instruction.name.hasPrefix("v"), try lowerVideo() { break }
      try lowerControlOrWarp()
    }
  }

  private mutating func lowerControlOrWarp() throws(PTXFault) {
    switch instruction.name {
    // Comparisons.
    case "setp": try lowerSetPredicate()
    case "set": try lowerSet()
    case "selp": try lowerSelect()
    case "slct": try lowerSignSelect()
    // Control.
    case "bra": try lowerBranch()
    case "brx": try lowerIndexedBranch()
    case "call": try lowerCall()
    case "ret": lowerReturn()
    case "exit": emit(.exit)
    case "trap": emit(.trap(message: image.number(ofString: "trap")))
    // The warp and the block.
    case "shfl": try lowerShuffle()
    case "vote": try lowerVote()
    case "match": try lowerMatch()
    case "activemask": emit(.activeMask, to: [try destination(0, .b32)])
    case "elect": try lowerElect()
    case "redux": try lowerReduction()
    case "bar", "barrier": try lowerBarrier()
    case "membar", "fence": emit(.fence)
    case "wmma": try lowerWarpMatrix()
    case "mma": try lowerMatrixMultiply()
    case "ldmatrix": try lowerLoadMatrix()
    case "stmatrix": try lowerStoreMatrix()
    case "movmatrix": throw unsupported()
    default: throw unsupported()
    }
  }
}
