internal import Glibc
public import Testing

extension Tag {
  /// Tests of a module's values and functions: all of them together take less than a minute.
  @Tag public static var quick: Self
  /// Tests that run programs, optimize images or layouts at real sizes, or try thousands of inputs.
  @Tag public static var slow: Self
}

extension Trait where Self == ConditionTrait {
  /// Leaves the suite out where `QUICK_TESTS` is set, as `make quick-test` does.
  ///
  /// `swift test` of Swift 6.3 filters by names only; with Swift 6.4 `--filter tag:quick` selects by
  /// tag (ST-0025).
  public static var leftOutOfQuickTests: Self {
    .enabled(if: getenv("QUICK_TESTS") == nil, "slow: make test runs it, make quick-test does not")
  }
}
