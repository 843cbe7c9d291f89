import Testing

@testable import Inference

@Suite struct BlockNamesTests {
  @Test func `a name stands for its tokens and all before them`() {
    var names = BlockNames()
    let root = BlockNames.root(adapter: 0, epoch: 0)
    let tokens: [TokenID] = [1, 2, 3, 4, 1, 2, 3, 4, 9]
    let first = names.names(of: tokens, blockSize: 4, root: root)
    #expect(first.count == 2 && first[0] != first[1])
    #expect(names.names(of: tokens, blockSize: 4, root: root) == first)
    #expect(names.names(of: Array(tokens.prefix(7)), blockSize: 4, root: root) == [first[0]])
    for (adapter, epoch) in [(1, 0), (0, 1)] {
      let other = BlockNames.root(adapter: adapter, epoch: epoch)
      let names = names.names(of: tokens, blockSize: 4, root: other)
      #expect(Set(names).isDisjoint(with: first))
    }
  }

  @Test func `a name that was forgotten is never given again`() {
    var names = BlockNames()
    let first = names.names(of: [1, 2, 3, 4], blockSize: 2, root: 0)
    names.keep { $0 == first[0] }
    #expect(names.count == 1)
    let again = names.names(of: [1, 2, 3, 4], blockSize: 2, root: 0)
    #expect(again[0] == first[0] && again[1] != first[1])
  }
}
