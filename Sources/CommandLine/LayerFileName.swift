internal import ArrayStore

/// The name that files of a layer get, the same as make's folder (`Scripts/folder-name`).
///
/// A layer's name comes from a network's file and may hold any sign, at any length. What a file system,
/// a shell or make would read otherwise becomes an underscore, byte by byte; a name that would be hidden
/// or an option begins with one; what is too long ends in a part of its digest.
///
/// - Parameter layer: The layer's name, as the user gives it.
/// - Returns: A name of 1 to 100 bytes: letters, digits, `.`, `_`, `+`, `=`, `@` and `-`.
public func fileName(ofLayer layer: String) -> String {
  var name = String(
    layer.utf8.map { byte -> Character in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        Character(Unicode.Scalar(byte))
      case _ where "._+=@-".utf8.contains(byte): Character(Unicode.Scalar(byte))
      default: "_"
      }
    })
  let first = name.first
  if first.map({ !$0.isLetter && !$0.isNumber && $0 != "_" }) ?? true { name = "_" + name }
  return name.utf8.count <= 100 ? name : name.prefix(90) + "-" + sha256(of: layer).prefix(8)
}
