// swift-tools-version: 6.2
import PackageDescription

let swift: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// A layer of the project: `dependencies` point only downwards (ARCHITECTURE.md shows the map).
func layer(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource]? = nil) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: swift)
}

func tests(of name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(name: name + "Tests", dependencies: [.byName(name: name)] + dependencies, swiftSettings: swift)
}

let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "sluice",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    ],
    targets: [
        layer("Memory"),
        layer("Tensors", ["Memory"]),
        layer("Weights", ["Memory", "Tensors", system]),
        tests(of: "Weights", ["Memory", "Tensors", "TestFixtures", system]),
        .target(name: "CPNG", linkerSettings: [.linkedLibrary("png"), .linkedLibrary("z")]),
        layer("Gallery", ["CPNG", system]),
        tests(of: "Gallery", ["CPNG", "TestFixtures", system]),
        .target(name: "TestFixtures", dependencies: [system], path: "Tests/TestFixtures", swiftSettings: swift),
    ]
)
