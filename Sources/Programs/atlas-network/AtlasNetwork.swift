import ArgumentParser
import CommandLine

@main struct AtlasNetwork: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "atlas-network",
    abstract: "Look at a network: what it holds, whether it runs, what it computes.",
    version: projectVersion,
    subcommands: [ProfileNetwork.self, SummarizeNetwork.self, CheckNetwork.self, RunNetwork.self])
}
