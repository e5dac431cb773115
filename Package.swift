// swift-tools-version: 6.2
import PackageDescription

// MARK: - House rules

/// Settings shared by every Swift target: strict imports, explicit existentials.
///
/// On x86-64 the code is compiled for processors with AVX2 and FMA (2013 and later); the libraries
/// underneath choose their own kernels when they start.
#if arch(x86_64)
  let processor: [SwiftSetting] = [.unsafeFlags(["-Xcc", "-march=x86-64-v3"])]
#else
  let processor: [SwiftSetting] = []
#endif
let house: [SwiftSetting] =
  processor + [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ]

extension Target {
  /// A system library: a module map and the few inline functions Swift cannot call otherwise.
  static func clibrary(_ name: String, pkgConfig: String? = nil, apt: String) -> Target {
    .systemLibrary(
      name: name, path: "Sources/C/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
  }

  /// A library target in one of the rooms of `Sources`.
  static func room(
    _ room: String, _ name: String, on dependencies: [Dependency] = [], exclude: [String] = []
  ) -> Target {
    .target(
      name: name, dependencies: dependencies, path: "Sources/\(room)/\(name)", exclude: exclude,
      swiftSettings: house)
  }

  /// A program: one thin file over the libraries.
  static func program(_ name: String, on dependencies: [Dependency]) -> Target {
    .executableTarget(
      name: name,
      dependencies: dependencies + [
        "CommandLine", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Sources/Programs/\(name)", swiftSettings: house)
  }

  /// The tests of one library.
  static func tests(for name: String, on dependencies: [Dependency] = []) -> Target {
    .testTarget(
      name: "\(name)Tests", dependencies: [.init(stringLiteral: name)] + dependencies,
      path: "Tests/\(name)Tests", swiftSettings: house)
  }
}

let package = Package(
  name: "activation-atlas",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
  ],
  targets: [
    // MARK: C libraries
    .clibrary("CCairo", pkgConfig: "cairo", apt: "libcairo2-dev"),
    .clibrary("CFFTW", pkgConfig: "fftw3f", apt: "libfftw3-dev"),
    .clibrary("CHDF5", pkgConfig: "hdf5-serial", apt: "libhdf5-dev"),
    .clibrary("CLAPACKE", pkgConfig: "lapacke", apt: "liblapacke-dev"),
    .clibrary("CPNG", pkgConfig: "libpng", apt: "libpng-dev"),
    .clibrary("CTurboJPEG", pkgConfig: "libturbojpeg", apt: "libturbojpeg0-dev"),
    .clibrary("COneDNN", apt: "libdnnl-dev"),
    .clibrary("COpenSSL", pkgConfig: "libcrypto", apt: "libssl-dev"),

    // MARK: Foundations: values, and one wrapper for each C library
    .room("Foundations", "ParallelLoops"),
    .room("Foundations", "Matrices", on: ["ParallelLoops"]),
    .room("Foundations", "Numerics", on: ["Matrices"]),
    .room("Foundations", "Randomness"),
    .room("Foundations", "OneDNN", on: ["COneDNN"]),
    .room("Foundations", "FourierTransforms", on: ["CFFTW", "ParallelLoops"]),
    .room(
      "Foundations", "LinearAlgebra", on: ["CLAPACKE", "Matrices", "OneDNN", "ParallelLoops"]),
    .room("Foundations", "ArrayStore", on: ["CHDF5", "COpenSSL", "Matrices"]),
    .room("Foundations", "Images", on: ["CPNG", "CTurboJPEG", "ParallelLoops"]),
    .room("Foundations", "Drawing", on: ["CCairo", "Images"]),

    // MARK: World: pictures without a camera
    .room("World", "Textures", on: ["Drawing"]),
    .room("World", "MadeWorld", on: ["Drawing", "Images", "Randomness", "Textures"]),

    // MARK: Networks: a model file becomes a graph, a graph becomes a compiled network
    .room("Networks", "NeuralNetworks", on: ["Matrices", "OneDNN"]),
    .room("Networks", "Models", on: ["NeuralNetworks"]),
    .room(
      "Networks", "ModelFormats",
      on: [
        "Matrices", "Models", "NeuralNetworks",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      exclude: ["ONNX/onnx.proto", "TensorFlow/graphdef.proto"]),

    // MARK: Atlas: the data flow, in order
    .room(
      "Atlas", "Activations",
      on: ["Images", "Matrices", "Models", "NeuralNetworks", "ParallelLoops", "Randomness"]),
    .room(
      "Atlas", "PrincipalComponents",
      on: ["LinearAlgebra", "Matrices", "Numerics", "ParallelLoops", "Randomness"]),
    .room(
      "Atlas", "Neighbors",
      on: ["LinearAlgebra", "Matrices", "Numerics", "ParallelLoops", "Randomness"]),
    .room(
      "Atlas", "Layouts",
      on: [
        "LinearAlgebra", "Matrices", "Neighbors", "Numerics", "ParallelLoops",
        "PrincipalComponents", "Randomness",
      ]),
    .room(
      "Atlas", "UMAP",
      on: ["Layouts", "Matrices", "Neighbors", "Numerics", "ParallelLoops", "Randomness"]),
    .room(
      "Atlas", "TSNE",
      on: [
        "FourierTransforms", "Layouts", "Matrices", "Neighbors", "Numerics", "ParallelLoops",
        "Randomness",
      ]),
    .room(
      "Atlas", "Embedding",
      on: ["Layouts", "Matrices", "Neighbors", "Randomness", "TSNE", "UMAP"]),
    .room(
      "Atlas", "LayoutQuality",
      on: [
        "LinearAlgebra", "Matrices", "Neighbors", "Numerics", "ParallelLoops", "Randomness",
      ]),
    .room(
      "Atlas", "LayoutPictures",
      on: ["Drawing", "Images", "Matrices", "Numerics", "ParallelLoops"]),
    .room("Atlas", "Grids", on: ["Matrices", "Numerics", "ParallelLoops"]),
    .room(
      "Atlas", "FeatureVisualization",
      on: [
        "LinearAlgebra", "Matrices", "Models", "NeuralNetworks", "OneDNN", "ParallelLoops",
        "Randomness",
      ]),
    .room("Atlas", "Mosaics", on: ["Grids"]),

    // MARK: Programs: one a stage, each reading and writing files
    .target(
      name: "CommandLine",
      dependencies: [
        "ArrayStore", "Embedding", "LinearAlgebra", "Matrices", "ModelFormats", "Models",
        "Neighbors", "NeuralNetworks", "ParallelLoops", "TSNE", "UMAP",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Sources/CommandLine", swiftSettings: house),
    .program(
      "atlas-synthesize",
      on: ["ArrayStore", "Drawing", "Images", "MadeWorld", "Matrices", "ParallelLoops"]),
    .program(
      "atlas-extract",
      on: [
        "Activations", "ArrayStore", "Matrices", "ModelFormats", "Models", "NeuralNetworks",
        "ParallelLoops",
      ]),
    .program(
      "atlas-reduce",
      on: ["ArrayStore", "LinearAlgebra", "Matrices", "ParallelLoops", "PrincipalComponents"]),
    .program("atlas-neighbors", on: ["ArrayStore", "Matrices", "Neighbors", "ParallelLoops"]),
    .program(
      "atlas-embed",
      on: [
        "ArrayStore", "Embedding", "Images", "LayoutPictures", "LayoutQuality", "Layouts",
        "Matrices", "Neighbors", "ParallelLoops", "Randomness",
      ]),
    .program(
      "atlas-place",
      on: [
        "ArrayStore", "Embedding", "Matrices", "Neighbors", "ParallelLoops", "PrincipalComponents",
      ]),
    .program("atlas-grid", on: ["ArrayStore", "Grids", "Matrices", "ParallelLoops"]),
    .program(
      "atlas-render",
      on: [
        "ArrayStore", "FeatureVisualization", "Matrices", "ModelFormats", "Models",
        "NeuralNetworks", "ParallelLoops",
      ]),
    .program(
      "atlas-assemble",
      on: ["ArrayStore", "Grids", "Images", "Matrices", "Mosaics", "ParallelLoops"]),
    .program(
      "atlas-network",
      on: [
        "ArrayStore", "Matrices", "ModelFormats", "Models", "NeuralNetworks", "ParallelLoops",
        "Randomness",
      ]),
    .program(
      "atlas-bench",
      on: [
        "Activations", "ArrayStore", "FeatureVisualization", "LinearAlgebra", "Matrices",
        "ModelFormats", "Models", "NeuralNetworks", "ParallelLoops", "Randomness",
      ]),

    // MARK: Tests
    .target(
      name: "TestSupport",
      dependencies: ["ModelFormats", "Models", "NeuralNetworks", "Randomness"],
      path: "Tests/TestSupport", swiftSettings: house),
    .executableTarget(
      name: "model-fuzzing",
      dependencies: [
        "ModelFormats", "Models", "NeuralNetworks", "Randomness", "TestSupport",
      ],
      path: "Tests/ModelFuzzing", swiftSettings: house),
    .tests(for: "Matrices"),
    .tests(for: "ParallelLoops"),
    .tests(for: "Numerics", on: ["Matrices", "Randomness"]),
    .tests(for: "Randomness"),
    .tests(for: "FourierTransforms", on: ["Randomness", "Matrices", "ParallelLoops"]),
    .tests(for: "LinearAlgebra", on: ["Randomness", "Matrices", "ParallelLoops"]),
    .tests(
      for: "PrincipalComponents", on: ["LinearAlgebra", "Randomness", "Matrices", "ParallelLoops"]),
    .target(
      name: "LayoutTestSupport", dependencies: ["Matrices", "Randomness"],
      path: "Tests/LayoutTestSupport", swiftSettings: house),
    .tests(for: "Neighbors", on: ["Randomness", "Matrices", "ParallelLoops"]),
    .tests(
      for: "Layouts",
      on: [
        "LayoutTestSupport", "LinearAlgebra", "Matrices", "Neighbors", "ParallelLoops",
        "Randomness",
        "UMAP",
      ]),
    .tests(
      for: "UMAP",
      on: [
        "LayoutQuality", "LayoutTestSupport", "Layouts", "Matrices", "Neighbors", "ParallelLoops",
        "Randomness",
      ]),
    .tests(
      for: "TSNE",
      on: [
        "LayoutQuality", "LayoutTestSupport", "Layouts", "Matrices", "Neighbors", "Numerics",
        "ParallelLoops", "Randomness",
      ]),
    .tests(
      for: "Embedding",
      on: [
        "LayoutQuality", "LayoutTestSupport", "Layouts", "Matrices", "Neighbors", "ParallelLoops",
        "Randomness", "TSNE", "UMAP",
      ]),
    .tests(
      for: "LayoutQuality",
      on: ["LayoutTestSupport", "Matrices", "Neighbors", "ParallelLoops", "Randomness"]),
    .tests(
      for: "LayoutPictures", on: ["Drawing", "Images", "Randomness", "Matrices", "ParallelLoops"]),
    .tests(for: "Grids", on: ["Randomness", "Matrices", "ParallelLoops"]),
    .tests(for: "Mosaics", on: ["Grids"]),
    .tests(for: "ArrayStore", on: ["Randomness", "Matrices", "ParallelLoops"]),
    .tests(for: "Images", on: ["Randomness"]),
    .tests(for: "Drawing", on: ["Images"]),
    .tests(for: "Textures", on: ["Drawing"]),
    .tests(for: "MadeWorld", on: ["Images"]),
    .tests(
      for: "FeatureVisualization",
      on: [
        "ModelFormats", "Models", "NeuralNetworks", "Randomness", "Matrices", "ParallelLoops",
        "TestSupport",
      ]),
    .tests(
      for: "ModelFormats",
      on: ["Models", "NeuralNetworks", "Randomness", "Matrices", "ParallelLoops", "TestSupport"]),
    .tests(
      for: "NeuralNetworks",
      on: ["ModelFormats", "Models", "Randomness", "Matrices", "ParallelLoops", "TestSupport"]),
    .tests(
      for: "Activations",
      on: [
        "Images", "ModelFormats", "Models", "NeuralNetworks", "Matrices", "ParallelLoops",
        "TestSupport",
      ]),
    .testTarget(
      name: "PipelineTests",
      dependencies: [
        "ArrayStore", "Images", "Mosaics", "Neighbors", "Randomness", "Matrices", "ParallelLoops",
        "TestSupport",
      ],
      path: "Tests/PipelineTests", swiftSettings: house),
  ]
)
