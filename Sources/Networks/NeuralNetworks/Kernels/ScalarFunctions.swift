internal import Glibc

/// a to the power of b.
func power(_ a: Float, _ b: Float) -> Float { powf(a, b) }

/// The natural logarithm.
func logarithm(_ a: Float) -> Float { logf(a) }

/// The slope of the error function, 2/√π · exp(−x²).
func errorFunctionSlope(_ a: Float) -> Float { 2 / Float.pi.squareRoot() * expf(-a * a) }
