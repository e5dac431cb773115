import Glibc

/// Numbers that a child process writes and its parent reads, in a file that both have mapped.
struct Counters {
  /// The file being read, and how many were networks, refused, or found to be at fault.
  enum Kind: Int { case index, graphs, refused, faults }

  private let numbers: UnsafeMutablePointer<Int>

  /// Maps a file, made when it is not there.
  init?(path: String) {
    let file = open(path, O_RDWR | O_CREAT, 0o644)
    guard file >= 0, ftruncate(file, 4096) == 0 else { return nil }
    defer { _ = close(file) }
    guard let place = mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0),
      place != MAP_FAILED
    else { return nil }
    numbers = place.assumingMemoryBound(to: Int.self)
  }

  subscript(_ kind: Kind) -> Int {
    get { numbers[kind.rawValue] }
    nonmutating set { numbers[kind.rawValue] = newValue }
  }
}
