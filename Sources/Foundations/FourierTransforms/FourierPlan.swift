internal import CFFTW
import Synchronization

/// A plan of FFTW for transforms of one size and memory layout.
///
/// Plans are estimated, not timed, and nothing learned from earlier ones is kept: the digits of a
/// result depend on the processor alone. They are made for one address and serve for any other that
/// is equally aligned; FFTW counts addresses modulo 16 bytes.
final class FourierPlan: @unchecked Sendable {
  /// Where the numbers of a batch lie: each transform's own `stride` apart, and the first of one
  /// transform `distance` after the first of the one before; in units of the array's element.
  struct Layout {
    var stride: Int
    var distance: Int
  }

  private let plan: fftwf_plan

  /// FFTW's planner is not thread-safe; executing plans is.
  private static let planner = Mutex<Void>(())

  private init(_ make: () -> fftwf_plan?, _ name: String) {
    let plan = Self.planner.withLock { _ in
      // Otherwise plans, and with them last digits, would depend on those made before.
      fftwf_forget_wisdom()
      return make()
    }
    guard let plan else { preconditionFailure("FFTW has no plan for \(name)") }
    self.plan = plan
  }

  deinit { Self.planner.withLock { _ in fftwf_destroy_plan(plan) } }

  /// Real numbers to the first half of their spectra, length / 2 + 1 complex numbers.
  ///
  /// The corresponding FFTW function is `fftwf_plan_many_dft_r2c`.
  static func realToComplex(
    length: Int, count: Int, _ reals: AlignedFloats, _ realLayout: Layout,
    _ complexes: AlignedFloats, _ complexLayout: Layout, isAligned: Bool
  ) -> FourierPlan {
    FourierPlan(
      {
        var size = Int32(length)
        return fftwf_plan_many_dft_r2c(
          1, &size, Int32(count), reals.base, nil, Int32(realLayout.stride),
          Int32(realLayout.distance), complexes.complex(0), nil, Int32(complexLayout.stride),
          Int32(complexLayout.distance), flags(isAligned))
      }, "\(count) real transforms of length \(length)")
  }

  /// The inverse of `realToComplex`, times `length`; it overwrites the spectra.
  ///
  /// The corresponding FFTW function is `fftwf_plan_many_dft_c2r`.
  static func complexToReal(
    length: Int, count: Int, _ complexes: AlignedFloats, _ complexLayout: Layout,
    _ reals: AlignedFloats, _ realLayout: Layout, isAligned: Bool
  ) -> FourierPlan {
    FourierPlan(
      {
        var size = Int32(length)
        return fftwf_plan_many_dft_c2r(
          1, &size, Int32(count), complexes.complex(0), nil, Int32(complexLayout.stride),
          Int32(complexLayout.distance), reals.base, nil, Int32(realLayout.stride),
          Int32(realLayout.distance), flags(isAligned) | atlas_fftw_destroy_input)
      }, "\(count) inverse transforms of length \(length)")
  }

  /// Consecutive complex numbers to their spectrum in place, or the inverse times `length`.
  ///
  /// The corresponding FFTW function is `fftwf_plan_dft_1d`.
  static func complex(length: Int, isInverse: Bool, _ memory: AlignedFloats) -> FourierPlan {
    FourierPlan(
      {
        fftwf_plan_dft_1d(
          Int32(length), memory.complex(0), memory.complex(0),
          isInverse ? atlas_fftw_backward : atlas_fftw_forward, flags(true))
      }, "a transform of length \(length)")
  }

  private static func flags(_ isAligned: Bool) -> UInt32 {
    atlas_fftw_estimate | (isAligned ? 0 : atlas_fftw_unaligned)
  }

  /// Transforms from a real number on to a complex one on.
  func transform(_ reals: AlignedFloats, _ real: Int, to complexes: AlignedFloats, _ complex: Int) {
    fftwf_execute_dft_r2c(plan, reals.base + real, complexes.complex(complex))
  }

  /// Transforms from a complex number on to a real one on.
  func transform(
    _ complexes: AlignedFloats, _ complex: Int, toReals reals: AlignedFloats, _ real: Int
  ) {
    fftwf_execute_dft_c2r(plan, complexes.complex(complex), reals.base + real)
  }

  /// Transforms in place from a complex number on.
  func transform(_ complexes: AlignedFloats, _ complex: Int) {
    let first = complexes.complex(complex)
    fftwf_execute_dft(plan, first, first)
  }
}

extension AlignedFloats {
  /// The address of a complex number in memory that holds nothing else.
  fileprivate func complex(_ index: Int) -> UnsafeMutablePointer<fftwf_complex> {
    UnsafeMutableRawPointer(base + 2 * index).assumingMemoryBound(to: fftwf_complex.self)
  }
}
