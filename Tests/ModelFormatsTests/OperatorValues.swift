// Written by Scripts/generate-operator-values.

extension OperatorValue {
  /// Networks of one node, and what onnxruntime computes.
  static let all: [OperatorValue] = [
    OperatorValue(
      "a last mean counts what is padding, not what lies beyond", 17, "AveragePool", [1, 1, 4, 5],
      [],
      [
        ("kernel_shape", .integers([3, 3])), ("strides", .integers([2, 2])),
        ("pads", .integers([1, 1, 1, 1])), ("ceil_mode", .integer(1)),
        ("count_include_pad", .integer(1)),
      ],
      shape: [1, 1, 3, 3],
      [
        -0.05555556, 0.1388889, 0.1388889, -0.1944444, -0.1111111, -0.05555556, -0.08333334,
        0.04166667, -0.1666667,
      ]),
    OperatorValue(
      "the same with dilated windows", 19, "AveragePool", [1, 1, 5, 5], [],
      [
        ("kernel_shape", .integers([2, 2])), ("strides", .integers([3, 3])),
        ("pads", .integers([1, 1, 1, 1])), ("dilations", .integers([2, 2])),
        ("ceil_mode", .integer(1)), ("count_include_pad", .integer(1)),
      ],
      shape: [1, 1, 2, 2],
      [0.25, 0.1875, -0.375, 0]),
    OperatorValue(
      "the same along a line", 11, "AveragePool", [1, 2, 6], [],
      [
        ("kernel_shape", .integers([3])), ("strides", .integers([2])), ("pads", .integers([1, 1])),
        ("ceil_mode", .integer(1)), ("count_include_pad", .integer(1)),
      ],
      shape: [1, 2, 4],
      [-0.25, 0.4166667, 0.25, -0.375, 0.3333333, -0.08333334, -0.25, -0.625]),
    OperatorValue(
      "means along the depth of a volume, as torch's LocalResponseNorm", 17, "AveragePool",
      [1, 1, 4, 2, 2], [],
      [("kernel_shape", .integers([3, 1, 1])), ("pads", .integers([0, 0, 0, 0, 0, 0]))],
      shape: [1, 1, 2, 2, 2],
      [-0.6666667, 0.1666667, 0.08333334, 0, -0.08333334, -0.1666667, 0.6666667, -0.3333333]),
    OperatorValue(
      "maxima of a volume", 12, "MaxPool", [1, 1, 3, 4, 4], [],
      [
        ("kernel_shape", .integers([2, 3, 2])), ("strides", .integers([1, 2, 2])),
        ("pads", .integers([0, 1, 0, 1, 1, 0])),
      ],
      shape: [1, 1, 3, 2, 2],
      [1, 1.25, 1.25, 1.25, 1.25, 1, 1.25, 1.25, 1.25, 1, 1.25, 1.25]),
    OperatorValue(
      "transposed convolution", 11, "ConvTranspose", [1, 2, 2, 3], [.weights([2, 2, 3, 2])],
      [
        ("strides", .integers([2, 3])), ("pads", .integers([1, 0, 0, 0])),
        ("output_padding", .integers([1, 0])),
      ],
      shape: [1, 2, 5, 8],
      [
        -0.375, 0.5625, 0, 0, -0.125, 0, 0.375, -0.125, -0.84375, -0.1875, 0, 0.0625, 0.15625, 0,
        -0.0625, 0.15625, -0.28125, -0.125, 0, 0.09375, -0.125, 0, 0.46875, -0.125, 0.46875,
        -0.03125, 0, 0.09375, 0.09375, 0, -0.28125, 0.21875, 0, 0, 0, 0, 0, 0, 0, 0, -0.4375,
        -0.375, 0, 0.125, 0, 0, 0, 0.375, 0.6875, -0.84375, 0, -0.25, 0.0625, 0, -0.5, -0.0625,
        0.21875, -0.28125, 0, 0.09375, 0.09375, 0, -0.03125, 0.46875, -0.125, 0.46875, 0, -0.125,
        0.09375, 0, -0.125, -0.28125, 0, 0, 0, 0, 0, 0, 0, 0,
      ]),
    OperatorValue(
      "transposed convolution in groups, to a stated size", 11, "ConvTranspose", [1, 2, 2, 2],
      [.weights([2, 1, 3, 3])],
      [
        ("strides", .integers([2, 2])), ("group", .integer(2)),
        ("output_shape", .integers([4, 4])), ("dilations", .integers([1, 1])),
      ],
      shape: [1, 2, 4, 4],
      [
        -0.46875, -0.28125, 0.1875, 0.0625, 0.34375, -0.84375, 0.125, 0.125, -0.1875, -0.375,
        0.46875, 0.15625, 0.1875, -0.28125, -0.46875, 0.3125, -0.03125, -0.1875, 0.09375, 0.28125,
        -0.25, 0.125, 0, 0.1875, -0.125, -0.375, 0, 0, 0, -0.25, 0, 0,
      ]),
    OperatorValue(
      "transposed convolution along a line", 11, "ConvTranspose", [1, 1, 4], [.weights([1, 2, 3])],
      [("strides", .integers([2])), ("pads", .integers([1, 1]))],
      shape: [1, 2, 7],
      [
        -0.3125, -0.1875, 0.125, 0.1875, -0.125, -0.46875, 0.3125, -0.46875, -0.28125, 0.1875,
        0.1875, -0.1875, -0.375, 0.46875,
      ]),
    OperatorValue(
      "nearest elements", 13, "Resize", [1, 1, 2, 3], [.none, .none, .integers([1, 1, 3, 7])],
      [("mode", .word("nearest"))],
      shape: [1, 1, 3, 7],
      [
        -1.25, -1.25, 0.5, 0.5, 0.5, -0.5, -0.5, -1.25, -1.25, 0.5, 0.5, 0.5, -0.5, -0.5, 1.25,
        1.25, 0.25, 0.25, 0.25, -0.75, -0.75,
      ]),
    OperatorValue(
      "nearest elements, first ones meeting", 13, "Resize", [1, 1, 2, 3],
      [.none, .numbers([1.0, 1.0, 2.0, 1.5])],
      [
        ("mode", .word("nearest")), ("coordinate_transformation_mode", .word("asymmetric")),
        ("nearest_mode", .word("floor")),
      ],
      shape: [1, 1, 4, 4],
      [
        -1.25, -1.25, 0.5, -0.5, -1.25, -1.25, 0.5, -0.5, 1.25, 1.25, 0.25, -0.75, 1.25, 1.25, 0.25,
        -0.75,
      ]),
    OperatorValue(
      "linear interpolation", 13, "Resize", [1, 1, 2, 3], [.none, .numbers([1.0, 1.0, 2.0, 1.5])],
      [("mode", .word("linear"))],
      shape: [1, 1, 4, 4],
      [
        -1.25, -0.375, 0.3333334, -0.3333333, -0.625, -0.09375, 0.2708333, -0.3958333, 0.625,
        0.46875, 0.1458334, -0.5208333, 1.25, 0.75, 0.08333337, -0.5833333,
      ]),
    OperatorValue(
      "linear interpolation, corners meeting", 13, "Resize", [1, 1, 2, 3],
      [.none, .none, .integers([1, 1, 3, 4])],
      [("mode", .word("linear")), ("coordinate_transformation_mode", .word("align_corners"))],
      shape: [1, 1, 3, 4],
      [
        -1.25, -0.08333328, 0.1666666, -0.5, 0, 0.25, 0.04166663, -0.625, 1.25, 0.5833333,
        -0.08333337, -0.75,
      ]),
    OperatorValue(
      "cubic interpolation", 13, "Resize", [1, 1, 3, 4], [.none, .none, .integers([1, 1, 4, 3])],
      [("mode", .word("cubic"))],
      shape: [1, 1, 4, 3],
      [
        -1.057392, -0.008972168, 1.039448, -0.216278, 0.03789902, 0.607488, -0.09872427, 0.27668,
        -0.3824669, -0.7894477, 0.5352898, -1.216992,
      ]),
    OperatorValue(
      "linear interpolation over what is left out", 18, "Resize", [1, 1, 2, 7],
      [.none, .none, .integers([1, 1, 2, 3])],
      [("mode", .word("linear")), ("antialias", .integer(1))],
      shape: [1, 1, 2, 3],
      [-0.4531251, 0.4411765, 0.2031251, -0.234375, -0.25, -0.265625]),
    OperatorValue(
      "upsampling", 9, "Upsample", [1, 1, 2, 2], [.numbers([1.0, 1.0, 2.0, 3.0])],
      [("mode", .word("nearest"))],
      shape: [1, 1, 4, 6],
      [
        -1.25, -1.25, -1.25, 0.5, 0.5, 0.5, -1.25, -1.25, -1.25, 0.5, 0.5, 0.5, -0.5, -0.5, -0.5,
        1.25, 1.25, 1.25, -0.5, -0.5, -0.5, 1.25, 1.25, 1.25,
      ]),
    OperatorValue(
      "channels to pixels, blocks first", 13, "DepthToSpace", [1, 8, 1, 2], [],
      [("blocksize", .integer(2)), ("mode", .word("DCR"))],
      shape: [1, 2, 2, 4],
      [-1.25, 0.25, 0.5, -0.75, -1, 0.5, 0.75, -0.5, -0.5, 1, 1.25, 0, -0.25, 1.25, -1.25, 0.25]),
    OperatorValue(
      "channels to pixels, channels first", 13, "DepthToSpace", [1, 8, 1, 2], [],
      [("blocksize", .integer(2)), ("mode", .word("CRD"))],
      shape: [1, 2, 2, 4],
      [-1.25, -0.5, 0.5, 1.25, 0.25, 1, -0.75, 0, -1, -0.25, 0.75, -1.25, 0.5, 1.25, -0.5, 0.25]),
    OperatorValue(
      "pixels to channels", 13, "SpaceToDepth", [1, 2, 2, 4], [],
      [("blocksize", .integer(2))],
      shape: [1, 8, 1, 2],
      [-1.25, -0.5, -1, -0.25, 0.5, 1.25, 0.75, -1.25, 0.25, 1, 0.5, 1.25, -0.75, 0, -0.5, 0.25]),
    OperatorValue(
      "repeated", 13, "Tile", [2, 2], [.integers([2, 3])],
      [],
      shape: [4, 6],
      [
        -1.25, 0.5, -1.25, 0.5, -1.25, 0.5, -0.5, 1.25, -0.5, 1.25, -0.5, 1.25, -1.25, 0.5, -1.25,
        0.5, -1.25, 0.5, -0.5, 1.25, -0.5, 1.25, -0.5, 1.25,
      ]),
    OperatorValue(
      "root of a sum of squares", 18, "ReduceL2", [2, 3, 2], [.integers([1])],
      [("keepdims", .integer(0))],
      shape: [2, 2],
      [1.369306, 1.541103, 1.436141, 1.457738]),
    OperatorValue(
      "logarithm of a sum of exponentials", 13, "ReduceLogSumExp", [2, 3], [],
      [("axes", .integers([-1]))],
      shape: [2, 1],
      [0.9328555, 1.657606]),
    OperatorValue(
      "product", 13, "ReduceProd", [2, 4], [],
      [("axes", .integers([1])), ("keepdims", .integer(0))],
      shape: [2],
      [0.390625, -0]),
    OperatorValue(
      "largest of a map", 7, "GlobalMaxPool", [1, 2, 2, 3], [],
      [],
      shape: [1, 2, 1, 1],
      [1.25, 1]),
    OperatorValue(
      "logarithm of a softmax over several dimensions", 11, "LogSoftmax", [1, 2, 3], [],
      [("axis", .integer(1))],
      shape: [1, 2, 3],
      [-3.302647, -1.552647, -2.552647, -0.8026472, -1.802647, -2.802647]),
    OperatorValue(
      "self-normalizing unit", 7, "Selu", [5], [],
      [],
      shape: [5],
      [-1.254395, 0.5253505, -0.6917582, 1.313376, 0.2626753]),
    OperatorValue(
      "continuous unit", 12, "Celu", [5], [],
      [("alpha", .number(0.5))],
      shape: [5],
      [-0.4589575, 0.5, -0.3160603, 1.25, 0.25]),
    OperatorValue(
      "mish", 18, "Mish", [5], [],
      [],
      shape: [5],
      [-0.308414, 0.3752452, -0.2207438, 1.13187, 0.1695724]),
    OperatorValue(
      "softsign", 7, "Softsign", [5], [],
      [],
      shape: [5],
      [-0.5555556, 0.3333333, -0.3333333, 0.5555556, 0.2]),
    OperatorValue(
      "thresholded unit", 10, "ThresholdedRelu", [5], [],
      [("alpha", .number(0.25))],
      shape: [5],
      [0, 0.5, 0, 1.25, 0]),
    OperatorValue(
      "unit length", 7, "LpNormalization", [2, 3], [],
      [("axis", .integer(1)), ("p", .integer(2))],
      shape: [2, 3],
      [-0.8703883, 0.3481553, -0.3481553, 0.8451542, 0.1690308, -0.5070925]),
    OperatorValue(
      "mean and variance", 13, "MeanVarianceNormalization", [1, 1, 2, 3], [],
      [],
      shape: [1, 1, 2, 3],
      [-1.393052, 0.696526, -0.4975186, 1.592059, 0.3980149, -0.7960297]),
    OperatorValue(
      "groups of channels", 21, "GroupNormalization", [1, 4, 1, 2], [.weights([4]), .weights([4])],
      [("num_groups", .integer(2)), ("epsilon", .number(0.01))],
      shape: [1, 4, 1, 2],
      [0.1147047, -0.5708818, 0.1194121, 0.5764698, 0, 0, -0.5956042, -0.200628]),
    OperatorValue(
      "numbers just below whole ones", 13, "Floor", [5], [],
      [],
      shape: [5],
      [-2, 0, -1, 1, 0]),
    OperatorValue(
      "half to even", 11, "Round", [11], [],
      [],
      shape: [11],
      [-1, 0, -0, 1, 0, -1, 1, 0, -1, 1, -0]),
    OperatorValue(
      "sign", 13, "Sign", [5], [],
      [],
      shape: [5],
      [-1, 1, -1, 1, 1]),
  ]
}
