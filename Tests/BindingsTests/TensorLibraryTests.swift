import Base
import LuaBridge
import Tensors
import TestSupport
import Testing

@testable import Bindings

@Suite struct TensorLibraryTests {
  private func state() throws -> LuaState {
    let lua = LuaState()
    try lua.register(TensorLibrary.module)
    return lua
  }

  @Test func `every example runs and every entry is called`() throws {
    let lua = LuaState()
    let recorder = CallRecorder()
    lua.recorder = recorder
    try lua.register(TensorLibrary.module)
    let module = TensorLibrary.module
    try withTemporaryFolder { folder in
      for entry in module.entries + module.types.flatMap(\.entries) {
        guard let example = entry.example else {
          #expect(entry.name == "__newindex", "\(entry.name) has no example")
          continue
        }
        let code = example.replacing("numbers.npy", with: "\(folder)/numbers.npy")
        do {
          try lua.run(code.hasPrefix("do ") ? code : "return \(code)", chunkName: entry.name)
        } catch {
          Issue.record("\(entry.name): \(code): \(error)")
        }
      }
    }
    try lua.run("local t = tensor{ 1, 2 }; t[1] = 5; assert(t[1] == 5)", chunkName: "newindex")
    #expect(recorder.uncalled == [])
    #expect(recorder.mismatches.map { "\($0.entry): \($0.found), not \($0.declared)" } == [])
  }

  @Test(arguments: [
    ("tensor{ {1, 2}, {3, 4} }", " 1  2\n 3  4\n[f32 2x2]"),
    ("tensor{ 1, 2, 3 } + 1", " 2  3  4\n[f32 3]"),
    ("10 - tensor{ 1, 2 }", " 9  8\n[f32 2]"),
    ("tensor({ 7, -7 }, 'i64') // 2", "  3  -4\n[i64 2]"),
    ("tensor{ {1, 2}, {3, 4} }[2]", " 3  4\n[f32 2]"),
    ("tensor{ {1, 2}, {3, 4} }[{ 2, -1 }]", "4.0"),
    ("tensor{ {1, 2}, {3, 4} }[{ {}, 1 }]", " 1  3\n[f32 2]"),
    ("tensor.arange(9)['2:5']", " 2  3  4  5\n[i64 4]"),
    ("tensor.arange(9)['-1:1:-4']", " 9  5  1\n[i64 3]"),
    ("tensor.arange(9)[{ { -3, -1 } }]", " 7  8  9\n[i64 3]"),
    ("tensor.arange(6):reshape{ 2, 3 }['..., 2']", " 2  5\n[i64 2]"),
    ("tensor.arange(0, 1, 0.25)", " 0.00  0.25  0.50  0.75  1.00\n[f32 5]"),
    ("tensor{ 3, 9, 4 }:argmax()", " 2\n[i64 scalar]"),
    ("tensor{ 3, 9, 4 }:argsort()", " 1  3  2\n[i64 3]"),
    ("tensor{ {1, 2}, {3, 4} }:sum{ dim = 1 }", " 4  6\n[f32 2]"),
    ("tensor{ {1, 2}, {3, 4} }:sum(2, true)", " 3\n 7\n[f32 2x1]"),
    ("tensor{ {1, 2}, {3, 4} }:mm(tensor{ {0, 1}, {1, 0} })", " 2  1\n 4  3\n[f32 2x2]"),
    ("tensor{ 1, 2, 3 }[tensor{ true, false, true }]", " 1  3\n[f32 2]"),
    ("tensor{ 10, 20, 30 }[tensor({ 3, 1 }, 'i64')]", " 30  10\n[f32 2]"),
    ("tensor{ 1, 2, 3 }:gt(1) & tensor{ 1, 2, 3 }:lt(3)", " false   true  false\n[bool 3]"),
    ("tensor.cat({ tensor{ 1 }, tensor{ 2 } }, 1)", " 1  2\n[f32 2]"),
    ("#tensor.zeros{ 4, 2 }", "4"),
    ("tensor{ 5 } < 6", "true"),
    ("tensor.zeros(2, 3).shape[2]", "3"),
    (
      "tensor.einsum('ij,jk->ik', { tensor.eye(2), tensor{ {1, 2}, {3, 4} } }):to_table()[2][1]",
      "3.0"
    ),
    ("tensor{ 1, 2, 3, 4 }:split({ 1, 3 })[2]", " 2  3  4\n[f32 3]"),
    ("tensor{ 2, 1 }:topk(1)", " 2\n[f32 1]"),
    ("tensor({ 1, 3 }, 'i64'):one_hot(3)", " 1  0  0\n 0  0  1\n[i64 2x3]"),
    ("tensor{ 0, 5, 7 }:nonzero():flatten()", " 2  3\n[i64 2]"),
    (
      "tensor{ 1.5, 2.5 }:to('i64'):item()",
      "error: item: the tensor has 2 elements (i64 2): index it down to one"
    ),
    (
      "tensor{ 1, 2 }[3]",
      "error: 3 is out of range in dimension 1: 1 to 2 or -1 to -2 are there (f32 2)"
    ),
    (
      "tensor{ 1, 2 }[0]",
      "error: 0 is out of range in dimension 1: 1 to 2 or -1 to -2 are there (f32 2)"
    ),
    (
      "tensor{ 1, 2 }.shpae", "error: unknown member of a tensor \"shpae\": did you mean \"shape\"?"
    ),
    (
      "tensor{ 1, 2 }:sum{ dmi = 1 }",
      "error: unknown argument of sum \"dmi\": did you mean \"dim\"?"
    ),
    (
      "tensor{ {1, 2}, {3} }",
      "error: tensor: tables of one dimension have one length; [2] has 1, 2 were expected"
    ),
    ("tensor{ 1, 'x' }", "error: tensor: a number was expected at [2], got string"),
    (
      "tensor{ 1, 2 } + tensor{ 1, 2, 3 }",
      "error: add: shapes 2 and 3 do not broadcast: aligned from the right, sizes must be equal or 1; here 2 meets 3"
    ),
    (
      "tensor{ 1, 2 } < 3",
      "error: only tensors of one element have an order (f32 2): a:lt(b) gives a mask"
    ),
    (
      "tensor.zeros{ 2 }:softmax(0)", "error: softmax: 'dim' counts from 1, or from the end with -1"
    ),
  ])
  func `Lua sees tensors as it is used to`(code: String, expected: String) throws {
    let lua = try state()
    let text: String
    do {
      let values = try lua.run("return tostring((\(code)))", chunkName: "test")
      text = values.first?.text ?? "nothing"
    } catch {
      text = "error: \(error.message)"
    }
    #expect(text == expected)
  }

  @Test func `assignment goes through views, masks and lists`() throws {
    try state().run(
      """
      local t = tensor.zeros{ 3, 4 }
      t[2] = 5
      t[{ {}, 1 }] = tensor{ 7, 8, 9 }
      t["1, 3:4"] = 2
      t[t:eq(5)] = -1
      t[{ 3, -1 }] = 6
      assert(t:equal(tensor{ {7, 0, 2, 2}, {8, -1, -1, -1}, {9, 0, 0, 6} }):item())
      t[tensor({ 3, 1 }, "i64")] = 0
      assert(t:sum():item() == 5)
      local row = t[2]
      row:add_(1):mul_(2)
      assert(t[{ 2, 1 }] == 18)
      assert(t:sum{ out = tensor.zeros{} }:item() == 18)
      """, chunkName: "test")
  }

  @Test func `a loop of large tensors stays small`() throws {
    let lua = try state()
    let before = Tensor.liveBytes
    let values = try lua.run(
      """
      local most = 0
      for i = 1, 1000 do
        local t = tensor.zeros{ 512, 512 }
        most = math.max(most, tensor.memory().live_bytes)
      end
      return most
      """, chunkName: "test")
    // All of them would be 1 GB; other tests hold tensors meanwhile.
    #expect((values.first?.integer ?? .max) - before < 400_000_000)
  }

  @Test func `a scope frees what it does not keep`() throws {
    try state().run(
      """
      local kept, lost
      do
        local s <close> = tensor.scope()
        lost = tensor{ 1 }
        kept = s:keep(tensor{ 2 })
      end
      assert(kept:item() == 2)
      local ok, message = pcall(lost.item, lost)
      assert(not ok and message:find("freed when its scope ended"), message)
      """, chunkName: "test")
  }

  @Test func `the seed fixes every draw`() throws {
    try state().run(
      """
      tensor.seed(7)
      local a, b = tensor.rand{ 3 }, tensor.randn(3)
      tensor.seed(7)
      assert(a:equal(tensor.rand{ 3 }):item() and b:equal(tensor.randn(3)):item())
      local g = tensor.generator(7)
      assert(a:equal(g:rand{ 3 }):item())
      local die = tensor.randint(1, 6, { 1000 })
      assert(die:amin():item() == 1 and die:amax():item() == 6)
      assert(tensor.randperm(5):sort():equal(tensor.arange(5)):item())
      """, chunkName: "test")
  }

  @Test func `files give back what was saved, and restricted code gets none`() throws {
    let lua = try state()
    try withTemporaryFolder { folder in
      lua.globals["folder"] = .text(folder)
      _ = try lua.run(
        """
        local t = tensor.randn{ 3, 4 }
        for _, ending in ipairs{ "npy", "csv" } do
          tensor.save(folder .. "/t." .. ending, t)
          assert(t:equal(tensor.load(folder .. "/t." .. ending)):item(), ending)
        end
        for _, ending in ipairs{ "npz", "safetensors" } do
          tensor.save(folder .. "/t." .. ending, { a = t, b = t:t() })
          local back = tensor.load(folder .. "/t." .. ending)
          assert(back.a:equal(t):item() and back.b:equal(t:t()):item(), ending)
        end
        tensor.save(folder .. "/n.safetensors", { a = t }, { author = "me" })
        local _, notes = tensor.load(folder .. "/n.safetensors")
        assert(notes.author == "me")
        """, chunkName: "test")
    }
    lua.isRestricted = true
    #expect(throws: LuaError.self) { try lua.run("tensor.load('x.npy')", chunkName: "test") }
  }

  @Test func `rows are walked with their numbers`() throws {
    try state().run(
      """
      local sum = 0
      for i, row in tensor{ {1, 2}, {3, 4} }:rows() do sum = sum + i * row:sum():item() end
      assert(sum == 3 + 14)
      for i, x in tensor{ 5, 6 }:rows() do assert(x == i + 4) end
      """, chunkName: "test")
  }
}
