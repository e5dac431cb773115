import ArgumentParser
import Stages

/// `atlas-network check`: whether an atlas can be made of a network, and what is missing.
struct CheckNetwork: StageCommand {
  static let configuration = CommandConfiguration(commandName: "check", abstract: "x")
  @OptionGroup var common: CommonArguments
  func perform() throws -> [String] { [] }
}
