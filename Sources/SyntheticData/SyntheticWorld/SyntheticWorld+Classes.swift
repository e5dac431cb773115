extension SyntheticWorld {
  /// All kinds of things, by name.
  public static let classes: [ObjectClass] = families.flatMap { $0 }.sorted { $0.name < $1.name }

  private static let families = [
    Vehicles.classes, Boats.classes, Buildings.classes, Sea.classes, Beasts.classes, Birds.classes,
    Crawlers.classes, Flowers.classes, Plants.classes, Pastimes.classes, Kitchenware.classes,
    Furnishings.classes,
  ]
}
