import Explorer
import Foundation
import TestTags
import Testing

@Suite(.tags(.quick)) struct DataScriptTests {
  private func text(_ names: [DataScript.Name], _ data: some Encodable) throws -> String {
    String(decoding: try DataScript.call("cells", names, data), as: UTF8.self)
  }

  @Test("one call, whatever names contain")
  func hostileNames() throws {
    let names = ["</script><script>alert(1)</script>", "a\u{2028}b\u{2029}c", "\"'\\\n\0", "−…“"]
    let script = try text([.word("a\"b"), .number(20)], names)
    #expect(script.hasPrefix("explorer.cells(\"a\\\"b\",20,[") && script.hasSuffix(");\n"))
    #expect(!script.contains("<") && !script.contains("\u{2028}") && !script.contains("\u{2029}"))
    #expect(script.split(separator: "\n").count == 1)
    let json = script.dropFirst("explorer.cells(\"a\\\"b\",20,".count).dropLast(3)
    #expect(try JSONDecoder().decode([String].self, from: Data(json.utf8)) == names)
  }

  @Test("arrays are little-endian base64, named for their type")
  func arrays() throws {
    #expect(try text([], PackedArray.f32([1])) == "explorer.cells({\"f32\":\"AACAPw==\"});\n")
    #expect(try text([], PackedArray.u16([1, 256])) == "explorer.cells({\"u16\":\"AQAAAQ==\"});\n")
    #expect(try text([], PackedArray.i8([-1])) == "explorer.cells({\"i8\":\"/w==\"});\n")
    #expect(try text([], PackedArray.i32([-2])) == "explorer.cells({\"i32\":\"/v///w==\"});\n")
    #expect(PackedArray.indices([3, nil, 65_535, -1]) == .u16([3, 65_535, 65_535, 65_535]))
    #expect(PackedArray.counts([-1, 7]) == .u32([0, 7]))
  }

  @Test("effects come back within half a unit, errors never too small")
  func classColumn() throws {
    let means: [Float] = [0.5, -1.27, 0.004, .nan], errors: [Float] = [0.011, 0.0, .nan, 9]
    let column = ClassColumn(means: means, errors: errors)
    #expect(abs(column.scale - 0.01) < 1e-8)
    #expect(column.mean == .i8([50, -127, 0, 0]))
    #expect(column.error == .u8([2, 0, 255, 255]))
    let none = ClassColumn(means: [0, 0], errors: [0, 0])
    #expect(none.scale == 1 && none.mean == .i8([0, 0]))
    #expect(ClassColumn(means: [.leastNonzeroMagnitude], errors: [0]).scale > 0)
  }

  @Test("modules become one script")
  func joined() {
    let script = ExplorerPage.joined([
      Array("export const a = 1;\n".utf8),
      Array("import { a } from \"./a.js\";\nexport function b() { return a; }\n// import x\n".utf8),
    ])
    #expect(
      String(decoding: script, as: UTF8.self) == """
        (() => {
        "use strict";
        const a = 1;

        function b() { return a; }
        // import x

        })();

        """)
    #expect(ExplorerPage.escaped("<a href='x'>&\"") == "&lt;a href=&#39;x&#39;&gt;&amp;&quot;")
  }
}
