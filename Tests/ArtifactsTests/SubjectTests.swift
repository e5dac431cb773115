import Artifacts
import TestTags
import Testing

/// Files that do and do not belong together.
@Suite(.tags(.quick)) struct SubjectTests {
  private let subject = Subject(
    network: "GoogLeNet", networkSHA256: "aa", preprocessing: "224 × 224", layer: "mixed4c",
    tensor: "mixed4c/output",
    imagesFingerprint: "f0")

  private func fault(
    _ other: Subject, in aspects: [Subject.Aspect] = Subject.Aspect.allCases
  ) -> String {
    message {
      try requireSame([Described("a.h5", subject), Described("b.h5", other)], in: aspects)
    }
  }

  private func changed(_ change: (inout Subject) -> Void) -> Subject {
    var other = subject
    change(&other)
    return other
  }

  @Test("another network, layer or collection of images is refused, by names and digests")
  func differences() {
    for (other, words) in [
      (
        changed { ($0.network, $0.networkSHA256) = ("SqueezeNet", "bb") },
        "their networks are SqueezeNet and GoogLeNet"
      ),
      (changed { $0.networkSHA256 = "bb" }, "but their weights are not the same"),
      (changed { $0.preprocessing = "227 × 227" }, "their model cards prepare images differently"),
      (
        changed { ($0.network, $0.networkSHA256) = ("SqueezeNet", nil) },
        "their networks are SqueezeNet and GoogLeNet"
      ),
      (changed { $0.tensor = "mixed5a" }, "their layers are mixed5a and mixed4c/output"),
      (changed { ($0.tensor, $0.layer) = (nil, "conv1") }, "their layers are conv1 and mixed4c"),
      (changed { $0.imagesFingerprint = "f1" }, "they are of different images"),
    ] {
      let fault = fault(other)
      #expect(fault.hasPrefix("Cannot use b.h5 with a.h5: ") && fault.contains(words), "\(fault)")
      #expect(!fault.contains("\n"))
    }
  }

  @Test("other names of the same, and what a file does not say, are no difference")
  func agreement() {
    for other in [
      subject, Subject(), changed { $0.preprocessing = nil },
      changed { $0.network = "another/name.onnx" },
      changed { $0.layer = "mixed4c/output" }, changed { ($0.layer, $0.tensor) = ("mixed4c", nil) },
      changed { ($0.network, $0.networkSHA256) = ("folder/GoogLeNet", nil) },
    ] {
      #expect(fault(other) == "no error")
    }
  }

  @Test("only what is asked for is compared, in all pairs of files")
  func aspects() {
    let images = changed { $0.imagesFingerprint = "f1" }
    #expect(fault(images, in: [.network, .layer]) == "no error")
    let files = [
      Described("a.h5", Subject()), Described("b.h5", subject), Described("c.h5", images),
    ]
    #expect(message { try requireSame(files) }.hasPrefix("Cannot use c.h5 with b.h5"))
  }
}
