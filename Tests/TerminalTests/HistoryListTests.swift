import Testing

@testable import Terminal

@Suite struct HistoryListTests {
  @Test func `a text entered twice stands once, at its newest place`() {
    var list = HistoryList(["a", "b", "a", "c"])
    #expect(list.entries == ["b", "a", "c"])
    list.append("b")
    #expect(list.entries == ["a", "c", "b"])
  }

  @Test func `a walk visits what starts with the typed text and comes back to it`() {
    let list = HistoryList(["print(1)", "x = 1", "print(2)", "y = 2"])
    var walk = HistoryWalk(from: "pr", prefix: "pr", in: list)
    let first = walk.older(in: list, than: "pr")
    #expect(first == "print(2)")
    let second = walk.older(in: list, than: "print(2)")
    #expect(second == "print(1)")
    let none = walk.older(in: list, than: "print(1)")
    #expect(none == nil)
    let back = walk.newer(in: list, than: "print(1)")
    #expect(back == "print(2)")
    let typed = walk.newer(in: list, than: "print(2)")
    #expect(typed == "pr")
    let beyond = walk.newer(in: list, than: "pr")
    #expect(beyond == nil)
  }

  @Test func `a search in lower case finds either case, one with capitals its own`() {
    let list = HistoryList(["local H100 = 1", "local h100 = 2", "你好 = 3"])
    #expect(list.search("h100", from: 2) == 1)
    #expect(list.search("H100", from: 2) == 0)
    #expect(list.search("好", from: 2) == 2)
    #expect(list.search("", from: 2) == nil)
    #expect(list.search("nothing", from: 2) == nil)
  }

  @Test func `an incremental search goes back, and a deleted letter starts it anew`() {
    let list = HistoryList(["abc", "abd", "xyz"])
    var search = HistorySearch(from: LineBuffer(""), in: list)
    search.type("ab", in: list)
    #expect(search.match(in: list) == "abd")
    search.older(in: list)
    #expect(search.match(in: list) == "abc")
    search.older(in: list)
    #expect(!search.isFound)
    #expect(search.match(in: list) == "abc")
    search.deleteBack(in: list)
    #expect(search.isFound)
    #expect(search.match(in: list) == "abd")
  }
}
