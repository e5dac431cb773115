import Artifacts
import Models

extension SampleGeometry.Field {
  /// The field of a layer as files have it.
  init(_ field: LayerField) {
    self.init(
      stride: (field.rows.stride, field.columns.stride),
      start: (field.rows.start, field.columns.start),
      length: (field.rows.length, field.columns.length))
  }
}
