describe("plot", function()
  it("draws a line in the terminal from numbers alone", function()
    local figure = plot.line({ 1, 4, 9, 16 }, { title = "Squares" })
    local text = figure:text{ width = 60, colors = "none" }
    expect(text):contains("Squares")
    expect(text):contains("┤")
    -- Braille is U+2800 to U+28FF.
    expect(text):matches("\226[\160-\163]")
  end)

  it("names the axes with their units", function()
    local options = { x_label = "load", y_label = "latency", y_unit = "s" }
    local figure = plot.scatter({ 1, 2 }, { 3, 4 }, options)
    expect(figure:text{ width = 60 }):contains("latency (s)")
    expect(figure:svg()):contains(">latency (s)</text>")
    expect(figure:svg()):contains(">load</text>")
  end)

  it("keeps to the width that is asked for", function()
    local text = plot.bar({ "上海", "Paris" }, { 3, 5 }):text{ width = 40, colors = "none" }
    for line in text:gmatch("[^\n]+") do
      expect(utf8.len(line) <= 40):is_true()
    end
  end)

  it("takes series as a list or as a map", function()
    local list = plot.line{ { y = { 1, 2 }, label = "a" }, { y = { 2, 1 }, label = "b" } }
    local map = plot.line{ a = { 1, 2 }, b = { 2, 1 } }
    expect(list:svg()):equals(map:svg())
  end)

  it("lays charts over one another with +", function()
    local figure = plot.line({ 0.1, 0.3 }) + plot.rule{ y = 0.2, label = "SLO" }
    expect(figure:svg()):contains("SLO")
    expect(function() return plot.line({ 1 }) + plot.table({ { 1 } }) end):raises("only charts")
  end)

  it("places figures side by side", function()
    local left = plot.line({ 1, 2 }, { title = "left" })
    local figure = plot.row({ left, plot.bar({ 1 }, { title = "right" }) })
    expect(figure:text{ width = 100 }):matches("left.*right")
  end)

  it("says what is wrong with an option", function()
    expect(function() plot.line({ 1 }, { titel = "x" }) end):raises('did you mean "title"?')
    expect(function() plot.histogram({ 1 }, { bins = -1 }) end):raises("from 1 to 2000")
    expect(function() plot.line("x") end):raises("takes numbers")
  end)

  it("shows tables with aligned numbers and real HTML", function()
    local figure = plot.table(
      { { name = "H100", tflops = 989.4 }, { name = "T4", tflops = 65 } },
      { columns = { "name", { key = "tflops", name = "BF16", unit = "TFLOP/s" } } })
    expect(figure:text{ width = 60 }):contains("BF16 (TFLOP/s)")
    expect(figure:html()):contains('<td style="text-align:right">65.0</td>')
  end)

  it("survives data that cannot be drawn", function()
    for _, data in ipairs{ {}, { 0 / 0 }, { math.huge }, { 1, 1, 1 }, { -1, 0 } } do
      expect(plot.line(data, { y_log = true }):svg()):contains("</svg>")
      expect(#plot.histogram(data):text()):is_above(0)
      expect(#plot.cdf(data):text()):is_above(0)
    end
  end)

  it("draws a heat map with names on both sides", function()
    local figure = plot.heatmap({ { 1, 0 }, { 0.3, 0.7 } },
      { row_labels = { "北京", "b" }, column_labels = { "北京", "b" }, color_label = "weight" })
    expect(figure:text{ width = 60, colors = "none" }):contains("北京")
    expect(figure:svg()):contains("weight")
  end)
end)

describe("a figure", function()
  it("knows its title and prints as a drawing", function()
    local figure = plot.line({ 1, 2 }, { title = "Growth" })
    expect(figure.title):equals("Growth")
    expect(tostring(figure)):contains("Growth")
  end)
end)

describe("display", function()
  it("refuses what no front can show", function()
    expect(function() display.png("abc") end):raises("no PNG")
    expect(function() display.json({ 1, a = 2 }) end):raises("one or the other")
  end)
end)
