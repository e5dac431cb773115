import Artifacts
import CommandLine
import Images
import Models
import Patches
import Randomness

/// Makes the patches of pairs: candidates from cells that the search finds, and as many of each control.
final class Proposal {
  private let cells: AtlasCells
  private let classifier: PatchClassifier
  private let confusion: ClassConfusion
  private let network: TrainedNetwork
  private let choice: Proposing
  private let side: Int
  private let search = CellSearch()
  /// What the network takes crops for; nil where the photograph cannot be read.
  private var crops: [SIMD2<Int>: (picture: RGBImage, answer: Int)?] = [:]

  /// A patch with its pixels.
  typealias Made = (patch: PatchesFile.Patch, picture: RGBImage)

  init(
    cells: AtlasCells, classifier: PatchClassifier, confusion: ClassConfusion,
    network: TrainedNetwork, choice: Proposing, side: Int
  ) {
    (self.cells, self.classifier, self.confusion) = (cells, classifier, confusion)
    (self.network, self.choice, self.side) = (network, choice, side)
  }

  /// What is made for a pair.
  struct Result {
    var patches: [Made] = []
    var leftOut = 0
  }

  /// All patches of a pair but the optimized one; none where there is no candidate.
  ///
  /// - Parameters:
  ///   - pair: The pair.
  ///   - number: Its number.
  ///   - evidence: What the cells argue for between its classes, in images of the source.
  ///   - attribution: The same in their own photographs.
  /// - Returns: The patches, kind by kind, and how many crops were left out.
  /// - Throws: When the system fails where a photograph is read, or the network cannot be run.
  func patches(
    of pair: ClassPair, number: Int, _ evidence: [CellEvidence], attribution: [CellEvidence]
  ) throws -> Result {
    let related = confusion.related(to: pair.source, likeness: choice.likeness)
      .union(confusion.related(to: pair.target, likeness: choice.likeness))
    var result = Result()
    func add(_ kind: PatchKind, _ made: [Made]) {
      result.patches += made.prefix(choice.patchCount).map { made in
        var patch = made.patch
        (patch.pair, patch.kind) = (Int32(number), kind.rawValue)
        return (patch, made.picture)
      }
    }
    add(
      .candidate, try found(search.candidates(evidence, excluding: related), pair, &result.leftOut))
    guard !result.patches.isEmpty else { return result }
    var random = RandomStream(seed: choice.seed, purpose: .patchChoice, item: number)
    var ignored = 0
    let shuffled = search.shuffled(evidence, random: &random)
    add(.shuffled, try found(search.candidates(shuffled, excluding: related), pair, &ignored))
    for kind in [PatchKind.noise, .flat] {
      add(
        kind,
        (0..<choice.patchCount).map { index in
          (
            PatchesFile.Patch(pair: 0, kind: ""),
            kind.drawn(side: side, number: index, pair: number, seed: choice.seed)
          )
        })
    }
    // Icons and crops of the same cells, as candidates have.
    let drawn = random.permutation(of: cells.count).filter { cells.icons[$0] != nil }
    add(.icon, drawn.prefix(choice.patchCount).compactMap(icon))
    add(.crop, try crops(of: drawn, pair, &result.leftOut) { random.integer(below: max(1, $0)) })
    add(.related, try crops(ofClassesRelatedTo: pair, &result.leftOut))
    let attributed = attribution.indices.filter { search.score(of: attribution[$0]) != nil }
      .sorted { (attribution[$1].contrast, $0) < (attribution[$0].contrast, $1) }
    add(.attributed, try crops(of: attributed, pair, &result.leftOut) { _ in 0 })
    return result
  }

  // MARK: Kinds

  /// Of each cell its icon, then the most central crops.
  private func found(
    _ ranked: [CellSearch.Ranked], _ pair: ClassPair, _ leftOut: inout Int
  ) throws -> [Made] {
    var made: [Made] = []
    for item in ranked where made.count < choice.patchCount {
      var ofCell = icon(item.cell).map { [$0] } ?? []
      var accepted = 0
      for rank in cells.exemplars[item.cell].indices where accepted < choice.cropsPerCell {
        guard let crop = try crop(item.cell, rank, pair, &leftOut) else { continue }
        ofCell.append(crop)
        accepted += 1
      }
      made += ofCell.map { made in
        var patch = made.patch
        patch.score = Float(item.score)
        return (patch, made.picture)
      }
    }
    return made
  }

  /// A crop of each of some cells, until there are enough.
  private func crops(
    of order: [Int], _ pair: ClassPair, _ leftOut: inout Int, from first: (Int) -> Int
  ) throws -> [Made] {
    var made: [Made] = []
    for cell in order where made.count < choice.patchCount {
      let count = cells.exemplars[cell].count
      let start = first(count)
      for rank in 0..<count {
        guard let crop = try crop(cell, (start + rank) % count, pair, &leftOut) else { continue }
        made.append(crop)
        break
      }
    }
    return made
  }

  /// Crops of the other classes that are related to the target, whose own cells the search leaves out: of each
  /// class in turn, the most central crop of each cell before the next ones.
  private func crops(
    ofClassesRelatedTo pair: ClassPair, _ leftOut: inout Int
  ) throws -> [Made] {
    let related = confusion.related(to: pair.target, likeness: choice.likeness)
    let ofClass = confusion.ranking(of: pair.target)
      .filter { related.contains($0) && $0 != pair.source }
      .map { other in cells.cells(for: other).filter { cells.ownClass[$0] == other } }
    let order = (0..<(ofClass.map(\.count).max() ?? 0)).flatMap { place in
      ofClass.compactMap { $0.count > place ? $0[place] : nil }
    }
    var made: [Made] = []
    for rank in 0..<(order.map { cells.exemplars[$0].count }.max() ?? 0) {
      for cell in order
      where made.count < choice.patchCount && rank < cells.exemplars[cell].count {
        if let crop = try crop(cell, rank, pair, &leftOut) { made.append(crop) }
      }
    }
    return made
  }

  // MARK: Patches

  private func described(_ cell: Int) -> PatchesFile.Patch {
    PatchesFile.Patch(
      pair: 0, kind: "", row: Int32(cells.row[cell]), column: Int32(cells.column[cell]),
      ownClass: network.className(cells.ownClass[cell]))
  }

  private func icon(_ cell: Int) -> Made? {
    cells.icons[cell].map { (described(cell), $0.square(side)) }
  }

  /// A crop, if its photograph can be read and the network does not take it for the target.
  private func crop(
    _ cell: Int, _ rank: Int, _ pair: ClassPair, _ leftOut: inout Int
  ) throws -> Made? {
    let exemplar = cells.exemplars[cell][rank]
    let key = SIMD2(cell, rank)
    if crops[key] == nil {
      crops[key] = .some(
        try cells.crop(exemplar).map { picture in
          let probabilities = try classifier.probabilities(of: [classifier.input(of: picture)])[0]
          let most = probabilities.max() ?? 0
          return (picture, probabilities.firstIndex(of: most) ?? -1)
        })
    }
    guard let (picture, answer) = crops[key] ?? nil else { return nil }
    guard answer != pair.target else {
      leftOut += 1
      return nil
    }
    var patch = described(cell)
    patch.image = exemplar.name
    patch.imageClass = exemplar.classTitle ?? ""
    return (patch, picture.square(side))
  }
}

extension RGBImage {
  /// The image with another side; it is square.
  fileprivate func square(_ side: Int) -> RGBImage {
    guard width != side else { return self }
    return resized(
      toWidth: side, height: side, part: PixelRectangle(x: 0, y: 0, width: side, height: side),
      filter: .lanczos)
  }
}
