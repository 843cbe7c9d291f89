local spec = require("orrery.spec")

local loaded = {}

--- An embedder; cases that need it are skipped, visibly, where it is not.
local function embedder(name)
  if not loaded[name] then
    local ok, result = pcall(llm.embedder, name)
    if not ok then spec.skip(name .. " is not here: orrery models get " .. name) end
    loaded[name] = result
  end
  return loaded[name]
end

describe("an embedder", function()
  it("puts near what means the same", function()
    local e = embedder("all-minilm-l6-v2")
    local near = e:similarity("The cat sat on the mat.", "A kitten was resting on a rug.")
    local far = e:similarity("The cat sat on the mat.", "The stock market fell sharply.")
    expect(near > far + 0.3):equals(true)
    expect(e:similarity("a", "a")):is_near(1, 1e-6)
  end)

  it("gives rows of length 1, one text a vector, a list a matrix", function()
    local e = embedder("all-minilm-l6-v2")
    expect(e:embed("one").shape):equals({ 384 })
    local rows = e:embed({ "one", "two words", "" })
    expect(rows.shape):equals({ 3, 384 })
    local lengths = (rows * rows):sum(2)
    for i = 1, 3 do expect(lengths[i]):is_near(1, 1e-5) end
    local alone = e:embed("two words")
    expect(rows[2]:allclose(alone, { atol = 1e-6 }):item()):equals(true)
  end)

  it("compares each text of a list with each of another", function()
    local e = embedder("all-minilm-l6-v2")
    local cosines = e:similarity({ "GPU", "bread", "rain" }, { "graphics card", "loaf" })
    expect(cosines.shape):equals({ 3, 2 })
    expect(cosines[{ 1, 1 }] > cosines[{ 1, 2 }]):equals(true)
    expect(cosines[{ 2, 2 }] > cosines[{ 2, 1 }]):equals(true)
  end)

  it("says what it is", function()
    local e = embedder("all-minilm-l6-v2")
    expect(e.name):equals("all-minilm-l6-v2")
    expect({ e.dimensions, e.layers, e.heads, e.vocabulary_size }):equals({ 384, 6, 12, 30522 })
    expect(e.path):is_a("string")
  end)

  it("shows how it cuts text", function()
    local e = embedder("all-minilm-l6-v2")
    local ids, pieces = e:tokenize("embeddings")
    expect(ids):equals({ 101, 7861, 8270, 4667, 2015, 102 })
    expect(pieces):equals({ "[CLS]", "em", "##bed", "##ding", "##s", "[SEP]" })
    expect(e.tokenizer):equals("wordpiece")
    expect(#e:tokenize(("word "):rep(1000))):equals(e.max_tokens)
  end)

  it("finds a passage for a question in another language", function()
    local e = embedder("multilingual-e5-small")
    expect(e.has_prefixes):equals(true)
    local question = e:embed("Wie hoch ist der Mount Everest?")
    local passages = { "珠穆朗玛峰高8849米。", "Il pane si cuoce in forno a 230 gradi." }
    local rows = e:embed(passages, { purpose = "passage" })
    local scores = rows:mm(question)
    expect(scores[1] > scores[2]):equals(true)
    local _, pieces = e:tokenize("GPU", { purpose = "verbatim" })
    expect(pieces[1]):equals("<s>")
  end)

  it("says what is wrong", function()
    expect(function() llm.embedder "all-minilm-l6" end):raises("did you mean")
  end)
end)
