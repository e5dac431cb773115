/// A number with commas between thousands.
package func grouped(_ number: Int) -> String {
  let digits = Array(String(number.magnitude))
  return digits.indices.reduce(into: number < 0 ? "-" : "") { text, index in
    if index > 0 && (digits.count - index) % 3 == 0 { text.append(",") }
    text.append(digits[index])
  }
}
