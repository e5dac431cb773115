internal import Images

/// Finds images by what a list calls them.
///
/// A path that ends as an image's does names it, and so does the end of an image's path: lists are
/// written with other folders above. Where nothing has the exact name, its ending does not count,
/// and then its case does not.
struct ImageNameIndex {
  /// For each degree of likeness, the images by their paths, and by the ends of these.
  private var whole: [[String: [Int]]] = [[:], [:], [:]]
  private var ends: [[String: [Int]]] = [[:], [:], [:]]

  init(_ names: [String]) {
    for (image, name) in names.enumerated() {
      for likeness in 0..<3 {
        let form = Self.form(name, likeness)
        whole[likeness][form, default: []].append(image)
        for end in Self.ends(of: form) { ends[likeness][end, default: []].append(image) }
      }
    }
  }

  /// The images that a name names.
  func matches(_ field: String) -> [Int] {
    guard !field.isEmpty else { return [] }
    var name = field.contains("\\") ? String(field.map { $0 == "\\" ? "/" : $0 }) : field
    while name.hasPrefix("./") { name.removeFirst(2) }
    for likeness in 0..<3 {
      let form = Self.form(name, likeness)
      if let images = whole[likeness][form] { return images }
      for end in Self.ends(of: form) {
        if let images = whole[likeness][end] { return images }
      }
      if let images = ends[likeness][form] { return images }
    }
    return []
  }

  private static func form(_ name: String, _ likeness: Int) -> String {
    guard likeness > 0 else { return name }
    var stem = name
    if let point = name.lastIndex(of: "."),
      ImageFormat.nameEndings.contains(name[name.index(after: point)...].lowercased())
    {
      stem = String(name[..<point])
    }
    return likeness == 1 ? stem : stem.lowercased()
  }

  /// What follows each folder of a path.
  private static func ends(of path: String) -> [String] {
    path.indices.filter { path[$0] == "/" }.map { String(path[path.index(after: $0)...]) }
      .filter { !$0.isEmpty }
  }
}
