internal import OneDNN

extension NetworkCompiler {
  /// y = the maximum or mean of each window of x.
  ///
  /// Pullback: a maximum sends its gradient to where it was found (the workspace remembers), a mean
  /// spreads it evenly.
  func compilePooling(
    _ kind: PoolingKind, _ window: PoolingWindow, from input: TensorSlot, to output: TensorSlot
  ) throws -> CompiledWork {
    let (kernel, stride, dilation) = (window.kernel, window.stride, window.dilation)
    let padding = window.resolvedPadding(forHeight: input.height, width: input.width)
    // A last window that is cut off by the border counts as padded; one that does not exist at all
    // leaves rows unread.
    func after(
      _ size: Int, _ outputSize: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ before: Int
    ) -> Int {
      (outputSize - 1) * stride + (kernel - 1) * dilation + 1 - size - before
    }
    let geometry = WindowGeometry(
      kernel: [kernel.height, kernel.width], strides: [stride.height, stride.width],
      dilation: [dilation.height - 1, dilation.width - 1],
      paddingBefore: [padding.top, padding.left],
      paddingAfter: [
        after(
          input.height, output.height, kernel.height, stride.height, dilation.height,
          padding.top),
        after(
          input.width, output.width, kernel.width, stride.width, dilation.width, padding.left),
      ])
    let keepsWorkspace = kind == .maximum && isDifferentiated(output)
    let forward = try Primitive.pooling(
      kind, source: input.descriptor, destination: output.descriptor, geometry: geometry,
      keepsWorkspace: keepsWorkspace)
    let workspace: [(Argument, TensorMemory)] =
      if keepsWorkspace, let descriptor = forward.workspace {
        [(.workspace, try TensorMemory(descriptor))]
      } else {
        []
      }
    let step = try run(
      forward, [(.source, try input.value()), (.destination, try output.value())] + workspace)
    return CompiledWork(forward: [step]) { [self] () throws in
      guard isDifferentiated(input) else { return [] }
      let backward = try Primitive.poolingPullback(
        kind, sourceGradient: input.descriptor, destinationGradient: output.descriptor,
        geometry: geometry, forward: forward)
      let share = try gradientShare(of: input)
      return [
        try run(
          backward,
          [(.sourceGradient, share.memory), (.destinationGradient, try output.gradient())]
            + workspace)
      ] + share.then
    }
  }
}
