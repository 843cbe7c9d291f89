import Base
import Testing

private struct Moon: Described, Sendable {
  let info: Info
}

@Suite struct CatalogTests {
  private let moons = Catalog(
    "moon", [Moon(info: Info("io", "Hot.")), Moon(info: Info("europa", "Icy."))])

  @Test func `elements keep their order and are found by name`() throws {
    #expect(moons.names == ["io", "europa"])
    #expect(try moons["europa"].info.summary == "Icy.")
  }

  @Test func `an unknown name is answered with the nearest one`() throws {
    let problem = #expect(throws: Problem.self) { try moons["eurpoa"] }
    #expect(
      try #require(problem).description == "unknown moon \"eurpoa\": did you mean \"europa\"?")
  }

  @Test func `a name like no other is answered with the list`() throws {
    let problem = #expect(throws: Problem.self) { try moons["titan"] }
    #expect(try #require(problem).description == "unknown moon \"titan\": there are io, europa")
  }
}
