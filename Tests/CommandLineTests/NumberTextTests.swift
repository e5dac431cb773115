import CommandLine
import TestTags
import Testing

/// Numbers, durations and amounts as messages give them.
@Suite(.tags(.quick)) struct NumberTextTests {
  @Test(
    "decimals show what is of interest at a number's size",
    arguments: [
      (0, "0.00"), (0.004, "0.00"), (-0.004, "0.00"), (0.005, "0.01"), (1.234, "1.23"),
      (-1.235, "-1.24"), (9.99, "9.99"), (12.34, "12.3"), (99.94, "99.9"), (100, "100"),
      (123_456.7, "123457"), (-250.5, "-251"), (1e14, "100000000000000"),
    ] as [(Double, String)])
  func decimals(value: Double, text: String) {
    #expect(decimal(value) == text)
  }

  @Test("what is no number of that kind is shown as it is")
  func special() {
    #expect(decimal(.infinity) == "inf" && decimal(.nan) == "nan" && decimal(1e300) == "1e+300")
    #expect(decimal(.infinity, places: 2) == "inf" && decimal(1e17, places: 2) == "1e+17")
  }

  @Test(
    "a fixed count of places rounds half away from zero, without a negative zero",
    arguments: [
      (2.5, 0, "3"), (-2.5, 0, "-3"), (0.125, 2, "0.13"), (-0.125, 2, "-0.13"), (1, 3, "1.000"),
      (0.05, 1, "0.1"), (-0.04, 1, "0.0"), (999_999.999_999, 6, "999999.999999"),
      (0.000_001, 6, "0.000001"),
    ] as [(Double, Int, String)])
  func places(value: Double, places: Int, text: String) {
    #expect(decimal(value, places: places) == text)
  }

  @Test(
    "durations have the two largest units, each rounded once",
    arguments: [
      (0, "0.00 s"), (0.25, "0.25 s"), (9.94, "9.94 s"), (9.96, "10 s"), (59.4, "59 s"),
      (59.6, "1 min 00 s"), (65, "1 min 05 s"), (3599.4, "59 min 59 s"), (3600, "1 h 00 min"),
      (7830, "2 h 10 min"), (100_000, "27 h 46 min"), (.infinity, "unknown"), (1e10, "unknown"),
    ] as [(Double, String)])
  func durations(seconds: Double, text: String) {
    #expect(duration(seconds) == text)
  }

  @Test("forecasts are whole seconds, and never none")
  func forecasts() {
    #expect(approximateDuration(0.001) == "1 s" && approximateDuration(2.4) == "2 s")
    #expect(approximateDuration(9.94) == "10 s" && approximateDuration(70) == "1 min 10 s")
  }

  @Test("one thing is singular, none and several are plural")
  func counts() {
    #expect(counted(1, "icon") == "1 icon" && counted(2, "icon") == "2 icons")
    #expect(counted(0, "icon") == "0 icons" && counted(21, "icon") == "21 icons")
    #expect(counted(1, "class", plural: "classes") == "1 class")
    #expect(counted(3, "class", plural: "classes") == "3 classes")
  }

  @Test("texts are filled up, never cut")
  func widths() {
    #expect(padded("ab", to: 4) == "ab  " && padded("abcd", to: 2) == "abcd")
    #expect(aligned("12", to: 4) == "  12" && aligned("12345", to: 2) == "12345")
    #expect(zeros("7", to: 3) == "007" && zeros("1234", to: 3) == "1234")
  }

  @Test(
    "amounts of memory are read with and without units, in powers of 1,024",
    arguments: [
      ("1", 1), ("2k", 2048), ("1.5K", 1536), ("500M", 500 << 20), ("6G", 6 << 30),
      ("6GB", 6 << 30), ("6 GiB", nil), ("6gib", 6 << 30), ("1T", 1 << 40), ("0", nil),
      ("-1G", nil), ("G", nil), ("", nil), ("nanG", nil), ("9999999T", nil),
    ] as [(String, Int?)])
  func memory(text: String, bytes: Int?) {
    #expect(MemorySize(text)?.bytes == bytes)
  }

  @Test("amounts of memory are shown in the largest unit that leaves at least 1")
  func memoryText() {
    #expect(MemorySize(bytes: 5 << 30).description == "5.00 GiB")
    #expect(MemorySize(bytes: 1 << 20).description == "1.00 MiB")
    #expect(MemorySize(bytes: (1 << 30) - 1).description == "1024 MiB")
    #expect(MemorySize(bytes: 1000).description == "1000 bytes")
  }
}
