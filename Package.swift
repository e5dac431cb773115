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

  /// Inline functions of C alone, without a library.
  static func cheader(_ name: String) -> Target {
    .systemLibrary(name: name, path: "Sources/C/\(name)")
  }

  /// A library target in one of the rooms of `Sources`.
  static func room(
    _ room: String, _ name: String, on dependencies: [Dependency] = [], exclude: [String] = []
  ) -> Target {
    .target(
      name: name, dependencies: dependencies, path: "Sources/\(room)/\(name)", exclude: exclude,
      swiftSettings: house)
  }

  /// What several programs share between their arguments and the libraries.
  static func commandLine(_ name: String, on dependencies: [Dependency]) -> Target {
    .target(
      name: name,
      dependencies: dependencies + [
        .product(name: "ArgumentParser", package: "swift-argument-parser")
      ],
      path: "Sources/\(name)", swiftSettings: house)
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
      name: "\(name)Tests", dependencies: [.init(stringLiteral: name), "TestTags"] + dependencies,
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
    .target(name: "CExplorerPage", path: "Sources/C/CExplorerPage"),
    .clibrary("CCairo", pkgConfig: "cairo", apt: "libcairo2-dev"),
    .clibrary("CFFTW", pkgConfig: "fftw3f", apt: "libfftw3-dev"),
    .clibrary("CHDF5", pkgConfig: "hdf5-serial", apt: "libhdf5-dev"),
    .clibrary("CJPEG", pkgConfig: "libjpeg", apt: "libjpeg62-turbo-dev"),
    .clibrary("CLAPACKE", pkgConfig: "lapacke", apt: "liblapacke-dev"),
    .clibrary("CPNG", pkgConfig: "libpng", apt: "libpng-dev"),
    .clibrary("CTurboJPEG", pkgConfig: "libturbojpeg", apt: "libturbojpeg0-dev"),
    .clibrary("CWebP", pkgConfig: "libwebpdemux", apt: "libwebp-dev"),
    .cheader("CVectors"),
    .clibrary("COneDNN", apt: "libdnnl-dev"),
    .clibrary("COpenSSL", pkgConfig: "libcrypto", apt: "libssl-dev"),

    // MARK: Foundations: values, and one wrapper for each C library
    .room("Foundations", "ParallelLoops"),
    .room("Foundations", "Matrices", on: ["ParallelLoops"]),
    .room("Foundations", "Numerics", on: ["CVectors", "Matrices"]),
    .room("Foundations", "Randomness"),
    .room("Foundations", "OneDNN", on: ["COneDNN"]),
    .room("Foundations", "FourierTransforms", on: ["CFFTW", "ParallelLoops"]),
    .room(
      "Foundations", "LinearAlgebra", on: ["CLAPACKE", "Matrices", "OneDNN", "ParallelLoops"]),
    .room("Foundations", "ArrayStore", on: ["CHDF5", "COpenSSL", "Matrices"]),
    .room("Foundations", "Images", on: ["CJPEG", "CPNG", "CTurboJPEG", "CWebP"]),
    .room("Foundations", "Drawing", on: ["CCairo", "Images"]),

    // MARK: SyntheticData: a data set drawn by a program
    .room("SyntheticData", "Textures", on: ["Drawing"]),
    .room("SyntheticData", "SyntheticWorld", on: ["Drawing", "Images", "Randomness", "Textures"]),

    // MARK: Networks: a model file becomes a graph, a graph becomes a compiled network
    .room("Networks", "NeuralNetworks", on: ["Matrices", "Numerics", "OneDNN"]),
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
        "Layouts", "LinearAlgebra", "Matrices", "Neighbors", "Numerics", "ParallelLoops",
        "Randomness",
      ]),
    .room("Atlas", "Grids", on: ["Matrices", "Numerics", "ParallelLoops"]),
    .room(
      "Atlas", "LayoutPictures",
      on: ["Drawing", "Grids", "Images", "Matrices", "Numerics", "ParallelLoops"]),
    .room("Atlas", "Mosaics", on: ["Drawing", "Grids", "Images", "Numerics"]),
    .room(
      "Atlas", "Attribution",
      on: [
        "Activations", "Images", "Matrices", "Models", "NeuralNetworks", "Numerics", "Randomness",
      ]),
    .room(
      "Atlas", "IconQuality",
      on: [
        "Activations", "Drawing", "Images", "Matrices", "Models", "Mosaics", "NeuralNetworks",
        "Numerics", "ParallelLoops", "Randomness",
      ]),
    .room(
      "Atlas", "Evidence",
      on: ["Activations", "Images", "Models", "Mosaics", "NeuralNetworks", "ParallelLoops"]),
    .room("Atlas", "Explorer", on: ["CExplorerPage", "Images", "Numerics"], exclude: ["Page"]),
    .room(
      "Atlas", "Patches",
      on: [
        "Activations", "Explorer", "Images", "Models", "NeuralNetworks", "Numerics",
        "ParallelLoops", "Randomness",
      ], exclude: ["Page"]),

    // MARK: Visualization: images optimized for what a network sees in them
    .room(
      "Visualization", "FeatureVisualization",
      on: [
        "LinearAlgebra", "Matrices", "Models", "NeuralNetworks", "Numerics", "ParallelLoops",
        "Randomness",
      ]),

    // MARK: Artifacts: the files that the programs exchange
    .target(
      name: "Artifacts", dependencies: ["ArrayStore", "Matrices"], path: "Sources/Artifacts",
      swiftSettings: house),

    // MARK: Programs: one a stage, each reading and writing files
    .commandLine("CommandLine", on: ["ArrayStore", "ParallelLoops"]),
    .commandLine(
      "NetworkCommandLine",
      on: ["ArrayStore", "Artifacts", "CommandLine", "ModelFormats", "Models", "NeuralNetworks"]),
    .commandLine(
      "LayoutCommandLine",
      on: [
        "ArrayStore", "Artifacts", "CommandLine", "Embedding", "Matrices", "Neighbors", "TSNE",
        "UMAP",
      ]),
    .commandLine(
      "IconCommandLine",
      on: ["ArrayStore", "Artifacts", "CommandLine", "IconQuality", "Matrices", "Mosaics"]),
    .program(
      "atlas-synthesize",
      on: ["ArrayStore", "Drawing", "Images", "Matrices", "ParallelLoops", "SyntheticWorld"]),
    .program(
      "atlas-extract",
      on: [
        "Activations", "ArrayStore", "Artifacts", "LinearAlgebra", "ModelFormats", "Models",
        "NetworkCommandLine", "NeuralNetworks", "ParallelLoops",
      ]),
    .program(
      "atlas-reduce",
      on: ["ArrayStore", "Artifacts", "LinearAlgebra", "Matrices", "PrincipalComponents"]),
    .program(
      "atlas-neighbors",
      on: [
        "ArrayStore", "Artifacts", "Embedding", "LayoutCommandLine", "LinearAlgebra", "Matrices",
        "Neighbors", "ParallelLoops", "TSNE", "UMAP",
      ]),
    .program(
      "atlas-embed",
      on: [
        "ArrayStore", "Artifacts", "Embedding", "Images", "LayoutCommandLine", "LayoutPictures",
        "LayoutQuality", "Layouts", "LinearAlgebra", "Matrices", "Neighbors", "Numerics",
        "ParallelLoops",
        "Randomness",
      ]),
    .program(
      "atlas-place",
      on: [
        "ArrayStore", "Artifacts", "Embedding", "LayoutCommandLine", "Matrices", "Neighbors",
        "PrincipalComponents",
      ]),
    .program("atlas-grid", on: ["Activations", "ArrayStore", "Artifacts", "Grids", "Matrices"]),
    .program(
      "atlas-render",
      on: [
        "ArrayStore", "Artifacts", "FeatureVisualization", "LinearAlgebra", "Matrices",
        "ModelFormats", "Models", "NetworkCommandLine", "NeuralNetworks", "PrincipalComponents",
      ]),
    .program(
      "atlas-attribute",
      on: [
        "Activations", "ArrayStore", "Artifacts", "Attribution", "LinearAlgebra", "Matrices",
        "ModelFormats", "Models", "NetworkCommandLine", "NeuralNetworks", "ParallelLoops",
        "Randomness",
      ]),
    .program(
      "atlas-select",
      on: [
        "ArrayStore", "Artifacts", "Attribution", "Matrices", "ModelFormats", "Models",
        "NetworkCommandLine", "NeuralNetworks",
      ]),
    .program(
      "atlas-judge",
      on: [
        "ArrayStore", "Artifacts", "IconQuality", "Images", "ModelFormats", "Models", "Mosaics",
        "NetworkCommandLine", "NeuralNetworks",
      ]),
    .program(
      "atlas-evidence",
      on: [
        "ArrayStore", "Artifacts", "Evidence", "Images", "ModelFormats", "Models", "Mosaics",
        "NetworkCommandLine", "NeuralNetworks",
      ]),
    .program(
      "atlas-assemble",
      on: [
        "ArrayStore", "Artifacts", "Grids", "IconCommandLine", "IconQuality", "Images", "Mosaics",
        "Numerics",
      ]),
    .program(
      "atlas-explore",
      on: [
        "ArrayStore", "Artifacts", "Evidence", "Explorer", "IconCommandLine",
        "IconQuality",
        "Images", "Matrices", "Mosaics", "Neighbors", "Numerics", "ParallelLoops",
      ]),
    .program(
      "atlas-plan",
      on: [
        "Activations", "ArrayStore", "Artifacts", "Embedding", "LayoutCommandLine",
        "LinearAlgebra", "ModelFormats", "Models", "Mosaics", "NetworkCommandLine", "Neighbors",
        "NeuralNetworks", "ParallelLoops", "PrincipalComponents",
      ]),
    .program(
      "atlas-propose",
      on: [
        "Activations", "ArrayStore", "Artifacts", "Attribution", "Evidence", "Images",
        "LinearAlgebra", "Matrices", "ModelFormats", "Models", "NetworkCommandLine",
        "NeuralNetworks", "ParallelLoops", "Patches", "Randomness",
      ]),
    .program(
      "atlas-patch",
      on: [
        "Activations", "ArrayStore", "Artifacts", "Images", "ModelFormats", "Models",
        "NetworkCommandLine", "ParallelLoops", "Patches",
      ]),
    .program(
      "atlas-conclude",
      on: [
        "Activations", "ArrayStore", "Artifacts", "Explorer", "Images", "ModelFormats", "Models",
        "NetworkCommandLine", "Patches",
      ]),
    .program("atlas-documentation", on: ["Artifacts"]),
    .program(
      "atlas-network",
      on: [
        "Artifacts", "LinearAlgebra", "Matrices", "ModelFormats", "Models", "NetworkCommandLine",
        "NeuralNetworks", "Numerics", "ParallelLoops", "Randomness",
      ]),
    .program(
      "atlas-bench",
      on: [
        "Activations", "ArrayStore", "Artifacts", "FeatureVisualization", "LinearAlgebra",
        "Matrices", "ModelFormats", "Models", "NetworkCommandLine", "NeuralNetworks",
        "ParallelLoops", "Patches", "Randomness",
      ]),

    // MARK: Tests
    .target(name: "TestTags", path: "Tests/TestTags", swiftSettings: house),
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
      for: "LayoutPictures",
      on: ["Drawing", "Grids", "Images", "Randomness", "Matrices", "ParallelLoops"]),
    .tests(for: "Grids", on: ["Randomness", "Matrices", "ParallelLoops"]),
    .tests(for: "Mosaics", on: ["Drawing", "Grids", "Images"]),
    .tests(for: "IconQuality", on: ["Images"]),
    .tests(
      for: "Evidence",
      on: ["Images", "ModelFormats", "Models", "Mosaics", "NeuralNetworks", "TestSupport"]),
    .tests(for: "ArrayStore", on: ["CHDF5", "Randomness", "Matrices", "ParallelLoops"]),
    .tests(
      for: "CommandLine",
      on: [
        "ArrayStore", "TestSupport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .tests(for: "Artifacts", on: ["ArrayStore", "Matrices", "TestSupport"]),
    .tests(for: "Explorer", on: ["Images"]),
    .tests(
      for: "Patches",
      on: ["Attribution", "Images", "ModelFormats", "Models", "NeuralNetworks", "Randomness"]),
    .tests(for: "Images", on: ["Randomness"]),
    .tests(for: "Drawing", on: ["Images"]),
    .tests(for: "Textures", on: ["Drawing"]),
    .tests(for: "SyntheticWorld", on: ["Images"]),
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
      for: "Attribution",
      on: [
        "Activations", "Images", "ModelFormats", "Models", "NeuralNetworks", "Matrices",
        "TestSupport",
      ]),
    .tests(
      for: "Activations",
      on: [
        "Images", "ModelFormats", "Models", "NeuralNetworks", "Matrices", "ParallelLoops",
        "TestSupport",
      ]),
    .testTarget(
      name: "PipelineTests",
      dependencies: [
        "ArrayStore", "Artifacts", "Evidence", "IconQuality", "Images", "Mosaics", "Neighbors",
        "Randomness", "Matrices",
        "ParallelLoops", "Patches", "TestSupport", "TestTags",
      ],
      path: "Tests/PipelineTests", swiftSettings: house),
  ]
)
