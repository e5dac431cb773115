import CommandLine
import TestTags
import Testing

/// What is drawn and written of progress, and how it shares the terminal with messages.
@Suite(.tags(.quick)) struct ProgressLineTests {
  private func line(
    _ done: Int, of total: Int, earlier: Int = 0, label: String = "extract", unit: String = "image"
  ) -> ProgressLine {
    var line = ProgressLine(label, total: total, earlier: earlier, unit: unit)
    line.done = done
    return line
  }

  @Test("a wide terminal gets a bar of thirty columns")
  func wide() {
    let bar = String(repeating: "█", count: 7) + String(repeating: "░", count: 23)
    #expect(
      line(250, of: 1000).drawn(after: 10, columns: 120)
        == "extract \(bar) 250 of 1000 images, 25.0/s, 30 s left")
  }

  @Test("a line is narrower than the terminal, whatever its width, and says as much as fits")
  func widths() {
    let lines = [
      line(0, of: 1000), line(250, of: 1000), line(1000, of: 1000), line(1, of: 1),
      line(123_456_789, of: 987_654_321, label: "another seed", unit: "sample"),
    ]
    for line in lines {
      for seconds in [0, 0.5, 1e5] {
        var former = ""
        for columns in 0...200 {
          let text = line.drawn(after: seconds, columns: columns)
          #expect(text.count < max(columns, 1), "\(columns): \(text)")
          #expect(!text.contains("\n"))
          #expect(columns < 30 || text.contains(" %") || text.contains(" of "), "\(text)")
          #expect(text.count >= former.count, "\(columns): \(former) then \(text)")
          former = text
        }
        #expect(line.drawn(after: seconds, columns: 200).contains("░") || line.done == line.total)
      }
    }
  }

  @Test("what goes first in a narrow terminal is the bar, then the count, then the time left")
  func narrow() {
    let line = line(250, of: 1000)
    #expect(line.drawn(after: 10, columns: 57).hasPrefix("extract █"))
    #expect(
      line.drawn(after: 10, columns: 56) == "extract: 250 of 1000 images, 25.0/s, 30 s left")
    #expect(line.drawn(after: 10, columns: 40) == "extract: 25 %, 30 s left")
    #expect(line.drawn(after: 10, columns: 20) == "extract: 25 %")
    #expect(line.drawn(after: 10, columns: 9) == "extract:")
    #expect(line.drawn(after: 10, columns: 1) == "" && line.drawn(after: 10, columns: 0) == "")
  }

  @Test("the rate and the time left are those of this run, not of an earlier one")
  func earlier() {
    #expect(
      line(900, of: 1000, earlier: 800).logged(after: 10)
        == "extract: 90 %, 900 of 1000 images, 10.0/s, 10 s left")
    #expect(
      line(800, of: 1000, earlier: 800).logged(after: 10)
        == "extract: 80 %, 800 of 1000 images, 0.00/s, time left unknown")
  }

  @Test("the time left is a forecast in whole seconds, and nothing when all is done")
  func left() {
    #expect(line(800, of: 1000).logged(after: 10).hasSuffix("80.0/s, 3 s left"))
    #expect(line(999, of: 1000).logged(after: 10).hasSuffix("99.9/s, 1 s left"))
    #expect(line(1000, of: 1000).logged(after: 10).hasSuffix("100/s, 0 s left"))
    #expect(line(1, of: 1000).logged(after: 10).hasSuffix("0.10/s, 2 h 46 min left"))
  }

  @Test("the end names how many there were, and one of them in the singular")
  func end() {
    #expect(line(1000, of: 1000).finished(after: 20) == "extract: 1000 images in 20 s (50.0/s)")
    #expect(
      line(1, of: 1, label: "render", unit: "icon").finished(after: 4)
        == "render: 1 icon in 4.00 s (0.25/s)")
    #expect(
      line(0, of: 1).logged(after: 2) == "extract: 0 %, 0 of 1 image, 0.00/s, time left unknown")
  }

  @Test("more than all, as where work is counted twice, fills the bar and no more")
  func beyond() {
    let text = line(12, of: 10).drawn(after: 1, columns: 120)
    #expect(text.contains(String(repeating: "█", count: 30)) && !text.contains("░"))
  }

  // MARK: The screen

  private static let erasing = "\r\u{1B}[K"

  @Test("a message clears the progress line, and only where one is shown")
  func screen() {
    var screen = Screen()
    #expect(screen.line("a note") == "a note\n")
    #expect(screen.progress("10 %") == Self.erasing + "10 %")
    #expect(screen.progress("20 %") == Self.erasing + "20 %")
    #expect(screen.line("warning: one") == Self.erasing + "warning: one\n")
    #expect(screen.line("warning: two") == "warning: two\n")
    #expect(screen.progress("30 %") == Self.erasing + "30 %")
    #expect(screen.clearing() == Self.erasing && screen.clearing() == "")
  }

  @Test("what a terminal shows of messages and progress is each message whole on a line of its own")
  func shown() {
    var screen = Screen()
    let sent =
      screen.progress("a long line of progress") + screen.line("note") + screen.progress("more")
      + screen.clearing() + screen.line("Error: x")
    #expect(Self.lines(shownFor: sent) == ["note", "Error: x", ""])
  }

  /// The lines of a terminal that knows line feeds, returns and the erasing of a line.
  private static func lines(shownFor text: String) -> [String] {
    var lines = [""]
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\n": lines.append("")
      case "\r":
        rest = rest.dropFirst(rest.starts(with: "\u{1B}[K".unicodeScalars) ? 3 : 0)
        lines[lines.count - 1] = ""
      default: lines[lines.count - 1].unicodeScalars.append(scalar)
      }
    }
    return lines
  }

  // MARK: Errors

  private struct LibraryError: Error, CustomStringConvertible { let description: String }

  @Test("an error of a library becomes a clause of the program's own sentence")
  func errors() {
    let error = LibraryError(
      description: "Cannot add sample 4: it is not finite; extract it again.")
    #expect(
      StageError("Cannot reduce a.h5", error).description
        == "Cannot reduce a.h5: cannot add sample 4: it is not finite; extract it again.")
    let plain = LibraryError(description: "node \"a\" (relu): too small")
    #expect(
      StageError("Cannot run net.onnx", plain).description
        == "Cannot run net.onnx: node \"a\" (relu): too small")
  }
}
