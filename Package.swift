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
        "Stages", .product(name: "ArgumentParser", package: "swift-argument-parser"),
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
    .room("Foundations", "Tensors"),
    .room("Foundations", "Randomness"),
    .room("Foundations", "OneDNN", on: ["COneDNN"]),
    .room("Foundations", "FourierTransforms", on: ["CFFTW", "Tensors"]),
    .room("Foundations", "LinearAlgebra", on: ["CLAPACKE", "OneDNN", "Tensors"]),
    .room("Foundations", "ArrayStore", on: ["CHDF5", "COpenSSL", "Tensors"]),
    .room("Foundations", "Images", on: ["CPNG", "CTurboJPEG", "Tensors"]),

    .room("Foundations", "Drawing", on: ["CCairo", "Images"]),

    // MARK: World: pictures without a camera
    .room("World", "Textures", on: ["Drawing"]),
    .room("World", "MadeWorld", on: ["Drawing", "Images", "Randomness", "Textures"]),

    // MARK: Networks: a model file becomes a graph, a graph becomes a compiled network
    .room("Networks", "NetworkGraphs", on: ["Tensors"]),
    .room(
      "Networks", "ModelFormats",
      on: ["NetworkGraphs", "Tensors", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
      exclude: ["ONNX/onnx.proto", "TensorFlow/graphdef.proto"]),
    .room("Networks", "NeuralNetworks", on: ["NetworkGraphs", "OneDNN", "Tensors"]),

    // MARK: Atlas: the way of the data, in order
    .room(
      "Atlas", "Activations",
      on: ["Images", "ModelFormats", "NeuralNetworks", "NetworkGraphs", "Randomness", "Tensors"]),
    .room("Atlas", "PrincipalComponents", on: ["LinearAlgebra", "OneDNN", "Tensors"]),
    .room("Atlas", "Neighbors", on: ["OneDNN", "Randomness", "Tensors"]),
    .room(
      "Atlas", "Embedding",
      on: [
        "FourierTransforms", "LinearAlgebra", "Neighbors", "OneDNN", "Randomness", "Tensors",
      ]),
    .room("Atlas", "LayoutPictures", on: ["Drawing", "Images", "Tensors"]),
    .room("Atlas", "Grids", on: ["Tensors"]),
    .room(
      "Atlas", "FeatureVisualization",
      on: [
        "ModelFormats", "NetworkGraphs", "NeuralNetworks", "OneDNN", "Randomness", "Tensors",
      ]),
    .room("Atlas", "Mosaics", on: ["Grids"]),

    // MARK: Programs: one a stage, each reading and writing files
    .room(
      "Programs", "Stages",
      on: [
        "ArrayStore", "Embedding", "ModelFormats", "Neighbors", "NeuralNetworks", "OneDNN",
        "Tensors",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .program("atlas-synthesize", on: ["ArrayStore", "Drawing", "Images", "MadeWorld", "Tensors"]),
    .program(
      "atlas-extract",
      on: [
        "Activations", "ArrayStore", "ModelFormats", "NetworkGraphs", "NeuralNetworks", "Tensors",
      ]),
    .program(
      "atlas-reduce", on: ["ArrayStore", "LinearAlgebra", "PrincipalComponents", "Tensors"]),
    .program("atlas-neighbors", on: ["ArrayStore", "Neighbors", "Tensors"]),
    .program(
      "atlas-embed",
      on: [
        "ArrayStore", "Embedding", "Images", "LayoutPictures", "Neighbors", "Randomness", "Tensors",
      ]),
    .program(
      "atlas-place",
      on: ["ArrayStore", "Embedding", "Neighbors", "PrincipalComponents", "Tensors"]),
    .program("atlas-grid", on: ["ArrayStore", "Grids", "Tensors"]),
    .program(
      "atlas-render",
      on: [
        "ArrayStore", "FeatureVisualization", "ModelFormats", "NetworkGraphs", "NeuralNetworks",
        "Tensors",
      ]),
    .program("atlas-assemble", on: ["ArrayStore", "Grids", "Images", "Mosaics", "Tensors"]),
    .program(
      "atlas-network",
      on: [
        "ArrayStore", "ModelFormats", "NetworkGraphs", "NeuralNetworks", "Randomness", "Tensors",
      ]),
    .program(
      "atlas-bench",
      on: [
        "Activations", "ArrayStore", "FeatureVisualization", "LinearAlgebra", "ModelFormats",
        "NetworkGraphs", "NeuralNetworks", "Randomness", "Tensors",
      ]),

    // MARK: Tests
    .target(
      name: "TestSupport", dependencies: ["ModelFormats", "NetworkGraphs", "Randomness"],
      path: "Tests/TestSupport", swiftSettings: house),
    .executableTarget(
      name: "model-fuzzing",
      dependencies: [
        "ModelFormats", "NetworkGraphs", "NeuralNetworks", "Randomness", "TestSupport",
      ],
      path: "Tests/ModelFuzzing", swiftSettings: house),
    .tests(for: "Tensors"),
    .tests(for: "Randomness"),
    .tests(for: "FourierTransforms", on: ["Randomness", "Tensors"]),
    .tests(for: "LinearAlgebra", on: ["OneDNN", "Randomness", "Tensors"]),
    .tests(for: "PrincipalComponents", on: ["LinearAlgebra", "Randomness", "Tensors"]),
    .tests(for: "Neighbors", on: ["Randomness", "Tensors"]),
    .tests(for: "Embedding", on: ["LinearAlgebra", "Neighbors", "Randomness", "Tensors"]),
    .tests(for: "LayoutPictures", on: ["Drawing", "Images", "Randomness", "Tensors"]),
    .tests(for: "Grids", on: ["Randomness", "Tensors"]),
    .tests(for: "Mosaics", on: ["Grids"]),
    .tests(for: "ArrayStore", on: ["Randomness", "Tensors"]),
    .tests(for: "Images", on: ["Randomness"]),
    .tests(for: "Drawing", on: ["Images"]),
    .tests(for: "Textures", on: ["Drawing"]),
    .tests(for: "MadeWorld", on: ["Images"]),
    .tests(
      for: "FeatureVisualization",
      on: [
        "ModelFormats", "NetworkGraphs", "NeuralNetworks", "Randomness", "Tensors", "TestSupport",
      ]),
    .tests(for: "NetworkGraphs", on: ["Randomness", "Tensors"]),
    .tests(for: "ModelFormats", on: ["NetworkGraphs", "Randomness", "Tensors", "TestSupport"]),
    .tests(
      for: "NeuralNetworks",
      on: ["ModelFormats", "NetworkGraphs", "Randomness", "Tensors", "TestSupport"]),
    .tests(
      for: "Activations",
      on: [
        "Images", "ModelFormats", "NetworkGraphs", "NeuralNetworks", "Tensors", "TestSupport",
      ]),
    .testTarget(
      name: "PipelineTests",
      dependencies: [
        "ArrayStore", "Images", "Mosaics", "Neighbors", "Randomness", "Tensors", "TestSupport",
      ],
      path: "Tests/PipelineTests", swiftSettings: house),
  ]
)
