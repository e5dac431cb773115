import NeuralNetworks

/// What the summary says about a tensor.
struct TensorEntry {
  let name: String
  /// The operation that makes it, with the sizes of its windows.
  let operation: String
  let fact: TensorFact
  /// Weights that come in here.
  let parameterCount: Int
  /// Floating-point operations of one image.
  let operationCount: Int
  let field: ReceptiveField
  /// The card's names.
  let aliases: [String]
  /// The paths of the modules that make it, outermost first.
  let modules: [String]
  /// Whether an atlas can be made of it.
  let suitability: LayerSuitability

  /// What an atlas sees of it: channels and positions; `nil` for a tensor that does not suit.
  var map: MapShape? { suitability.form.map { $0.map(of: fact.shape) } }

  /// Pixels from an element to the next along rows and columns, where both are known.
  var stride: Extent? {
    guard let rows = field.rows.positions?.stride, let columns = field.columns.positions?.stride
    else {
      return nil
    }
    return Extent(height: rows, width: columns)
  }

  /// Whether elements that have a position depend on the whole image.
  var isMapOfAll: Bool {
    field.rows.reach == .all && field.columns.reach == .all && stride != nil
  }
}

extension TensorEntry: Encodable {
  private enum CodingKeys: String, CodingKey {
    case name, operation, shape, type, parameters, flops, aliases, modules, atlas
    case channels, rows, columns
    case fieldRows = "field_rows"
    case fieldColumns = "field_columns"
    case seesAll = "sees_all"
    case strideRows = "stride_rows"
    case strideColumns = "stride_columns"
  }

  /// Writes an object; what is not known is null.
  func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: CodingKeys.self)
    try object.encode(name, forKey: .name)
    try object.encode(operation, forKey: .operation)
    try object.encode(fact.shape.dimensions, forKey: .shape)
    try object.encode(fact.type.rawValue, forKey: .type)
    try object.encode(parameterCount, forKey: .parameters)
    try object.encode(operationCount, forKey: .flops)
    try object.encode(aliases, forKey: .aliases)
    try object.encode(modules, forKey: .modules)
    try object.encode(map != nil, forKey: .atlas)
    try object.encode(map?.channels, forKey: .channels)
    try object.encode(map?.height, forKey: .rows)
    try object.encode(map?.width, forKey: .columns)
    try object.encode(field.rows.reach.count, forKey: .fieldRows)
    try object.encode(field.columns.reach.count, forKey: .fieldColumns)
    let seesAll = field.rows.reach == .all && field.columns.reach == .all
    try object.encode(seesAll, forKey: .seesAll)
    try object.encode(field.rows.positions?.stride, forKey: .strideRows)
    try object.encode(field.columns.positions?.stride, forKey: .strideColumns)
  }
}

extension NeuralNetworks.Operation {
  /// The name and, for windows, their size, step and gaps: `convolution 7×7/2`.
  var summary: String {
    switch self {
    case .convolution(let layer):
      name + " " + Self.window(layer.kernel, layer.stride, layer.dilation)
    case .maxPool(let window), .averagePool(let window, _):
      name + " " + Self.window(window.kernel, window.stride, window.dilation)
    default: name
    }
  }

  private static func window(_ kernel: Extent, _ stride: Extent, _ dilation: Extent) -> String {
    func text(_ sign: String, _ extent: Extent) -> String {
      guard extent != Extent(height: 1, width: 1) else { return "" }
      return sign
        + (extent.height == extent.width
          ? "\(extent.height)" : "\(extent.height)×\(extent.width)")
    }
    return "\(kernel.height)×\(kernel.width)" + text("/", stride) + text(" gaps ", dilation)
  }
}
