// swift-tools-version: 6.2
import PackageDescription

// One row per module: its kind, its name and what it may import. The order is the order of the
// layers in ARCHITECTURE.md, bottom first; an arrow may only point up this table.

let swiftSettings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
  // Exclusive access is checked in debug builds; in release it took half of a process switch.
  .unsafeFlags(
    ["-cross-module-optimization", "-enforce-exclusivity=unchecked"],
    .when(configuration: .release)),
]

// Debug builds compile C at -O0 by default, which makes tensor kernels 30 to 50 times slower.
let cSettings: [CSetting] = [.unsafeFlags(["-O2", "-Wall", "-Wextra", "-Werror"])]

func system(_ name: String, pkgConfig: String? = nil, apt: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

func c(_ name: String, _ dependencies: [Target.Dependency] = [], link: [String] = []) -> Target {
  .target(
    name: name, dependencies: dependencies, cSettings: cSettings,
    linkerSettings: link.map { .linkedLibrary($0) })
}

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["TestSupport"], exclude: exclude,
    swiftSettings: swiftSettings)
}

let package = Package(
  name: "orrery",
  products: [
    .executable(name: "orrery", targets: ["orrery"]),
    .executable(name: "orrery-bench", targets: ["orrery-bench"]),
  ],
  targets: [
    system("CLua", pkgConfig: "lua5.4", apt: "liblua5.4-dev"),
    system("CEdit", pkgConfig: "libedit", apt: "libedit-dev"),
    system("CJansson", pkgConfig: "jansson", apt: "libjansson-dev"),
    system("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
    system("CYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev"),
    system("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
    system("CHTTP", pkgConfig: "libmicrohttpd", apt: "libmicrohttpd-dev"),
    system("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
    system("CMarkGFM", pkgConfig: "libcmark-gfm", apt: "libcmark-gfm-dev"),
    c("CLuaSupport", ["CLua"]),
    c("CBridgePeer", ["CLua"]),
    c("CEditSupport", ["CEdit"]),
    c("CRaster", link: ["dl"]),
    c("CTensors", link: ["m", "dl"]),
    c("CKernels", link: ["m"]),

    module("Base", ["CJansson", "CZlib", "CYAML"]),

    module("Figures", ["Base", "CRaster"]),
    module("Simulation", ["Base"]),
    module("Models", ["Base"]),
    module("Tensors", ["Base", "CTensors"]),
    module("Devices", ["Base"]),
    module("Serving", ["Base"]),

    module("Notebooks", ["Base", "Figures", "CMarkGFM"]),
    module("LuaBridge", ["Base", "CLua", "CLuaSupport"]),
    module("Inference", ["Base", "Models", "Tensors", "CTensors", "Serving"]),
    module("Kernels", ["Base", "Devices", "CKernels"]),
    module("Sharing", ["Base", "Devices"]),

    module(
      "Clusters", ["Base", "Simulation", "Serving", "Models", "Devices", "CZlib", "CSQLite"]),

    module("Replays", ["Base", "Models", "Serving", "Inference", "Clusters"]),

    module(
      "References",
      ["Base", "Models", "Tensors", "Inference", "Devices", "Kernels", "Serving", "Clusters"]),
    module("Terminal", ["Base", "Notebooks", "CEditSupport"]),
    module("Service", ["Base", "Tensors", "Inference", "Serving", "Clusters", "CHTTP", "CCurl"]),
    module(
      "Bindings",
      [
        "Base", "Figures", "Simulation", "Models", "Tensors", "Devices", "Inference", "Kernels",
        "Sharing", "Serving", "Clusters", "Replays", "Service", "LuaBridge",
      ]),

    module(
      "Host", ["Base", "Notebooks", "Figures", "LuaBridge", "Bindings", "CLua", "CLuaSupport"]),

    program(
      "orrery",
      [
        "Base", "Notebooks", "Figures", "Terminal", "Host", "Models", "Tensors", "Inference",
        "Service", "Serving",
      ]),

    program(
      "orrery-bench",
      [
        "Base", "Simulation", "Serving", "Clusters", "Models", "Tensors", "Devices", "Inference",
        "Kernels", "Sharing", "References", "LuaBridge", "CBridgePeer", "Bindings", "Host",
        "Notebooks",
      ]),

    .target(
      name: "TestSupport", dependencies: ["Base", "Tensors", "Inference"], path: "Tests/Support",
      swiftSettings: swiftSettings),
    tests("BaseTests", ["Base"]),
    tests("FiguresTests", ["Base", "Figures"], exclude: ["Golden"]),
    tests("SimulationTests", ["Base", "Simulation"]),
    tests("ModelsTests", ["Base", "Models"]),
    tests("TensorsTests", ["Base", "Tensors", "CTensors"]),
    tests("DevicesTests", ["Base", "Devices"]),
    tests("ServingTests", ["Base", "Serving"]),
    tests("ClustersTests", ["Base", "Simulation", "Serving", "Models", "Devices", "Clusters"]),
    tests(
      "KernelsTests", ["Base", "Devices", "CKernels", "Kernels"],
      exclude: [
        "CUDA/Corpus", "CUDA/Lowering/Features", "CUDA/Lowering/Golden", "PTX/Samples",
        "PTX/Golden",
      ]),
    tests("SharingTests", ["Base", "Devices", "Sharing"]),
    tests(
      "ConformanceTests", ["Base", "Models", "Tensors", "Serving", "Clusters", "Inference"]),
    tests(
      "ReplaysTests", ["Base", "Tensors", "Serving", "Inference", "Clusters", "Replays"]),
    tests("ReferenceTests", ["Base", "Inference", "References"]),
    tests("NotebooksTests", ["Base", "Figures", "Notebooks"], exclude: ["Golden"]),
    tests("LuaBridgeTests", ["Base", "LuaBridge", "CLua", "CLuaSupport"]),
    tests(
      "InferenceTests", ["Base", "Models", "Tensors", "CTensors", "Serving", "Inference"],
      exclude: ["Golden"]),
    tests("TerminalTests", ["Base", "Notebooks", "Terminal"]),
    tests(
      "ServiceTests", ["Base", "Tensors", "Inference", "Serving", "Clusters", "Service"],
      exclude: ["Clients"]),
    tests("BindingsTests", ["Base", "Figures", "Tensors", "Inference", "LuaBridge", "Bindings"]),
    tests("HostTests", ["Base", "Notebooks", "LuaBridge", "Host"], exclude: ["Golden"]),
    tests("StdlibTests", ["Base", "Host", "Notebooks"], exclude: ["Specs"]),
    tests("NotebookTests", ["Base", "Notebooks", "orrery"]),
    tests("CommandLineTests", ["Base", "orrery"]),
  ],
  swiftLanguageModes: [.v6]
)
