std = "lua54"
max_line_length = 100
max_cyclomatic_complexity = 12
exclude_files = { "stdlib/meta", ".build" }
read_globals = {
  "help", "display", "tensor", "sim", "llm", "plot", "gpu", "cuda", "sharing", "cluster",
  "sleep", "input", "input_password",
}
files["Tests/StdlibTests/Specs"] = { read_globals = { "describe", "it", "expect", "skip" } }
