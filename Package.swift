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

/// C or C++ behind a plain C header, over libraries of the system.
func wrapper(_ name: String, _ libraries: String...) -> Target {
    .target(name: name, linkerSettings: libraries.map { .linkedLibrary($0) })
}

func tests(of name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .testTarget(name: name + "Tests", dependencies: [.byName(name: name)] + dependencies, exclude: exclude, swiftSettings: swift)
}

let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")

let package = Package(
    name: "sluice",
    products: [
        .executable(name: "sluice", targets: ["sluice"]),
        .library(name: "Diffusion", targets: ["Diffusion", "CPUBackend", "Gallery", "Postcards"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    ],
    targets: [
        layer("Memory"),
        layer("StrictJSON"),
        layer("Tensors", ["Memory"]),
        wrapper("COneDNN", "dnnl"),
        wrapper("CKernels"),
        layer("CPUBackend", ["CKernels", "COneDNN", "Memory", "Tensors"]),
        layer("ReferenceBackend", ["Memory", "Tensors"]),
        layer("Weights", ["Memory", "StrictJSON", "Tensors", system]),
        wrapper("CSentencePiece", "sentencepiece"),
        layer("Tokenizers", ["CSentencePiece", "StrictJSON", heap, system]),
        layer("FluxModels", ["Memory", "Tensors", "Weights", system]),
        layer("Diffusion", ["FluxModels", "Memory", "Tensors", "Tokenizers", "Weights", system]),
        wrapper("CPNG", "png", "z"),
        layer("Gallery", ["CPNG", system]),
        layer("Postcards", [system], resources: [.copy("Resources/model")]),
        .executableTarget(
            name: "sluice",
            dependencies: [
                "CPUBackend", "Diffusion", "FluxModels", "Gallery", "Memory", "Postcards", "Tensors", "Tokenizers", "Weights", arguments,
                system,
            ],
            swiftSettings: swift),

        .executableTarget(
            name: "DrawExample", dependencies: ["CPUBackend", "Diffusion", "Gallery", "Postcards"], path: "Examples/Draw"),

        .target(name: "TestFixtures", dependencies: [system], path: "Tests/TestFixtures", swiftSettings: swift),
        .target(name: "GoldenData", dependencies: ["Weights", system], path: "Tests/GoldenData", swiftSettings: swift),
        tests(of: "FluxModels", ["CPUBackend", "Diffusion", "GoldenData", "Memory", "ReferenceBackend", "Tensors", "Weights"]),
        tests(of: "Diffusion", ["CPUBackend", "FluxModels", "GoldenData", "Memory", "Tensors", "Tokenizers", "Weights", system]),
        .testTarget(
            name: "CommandLineTests",
            dependencies: [
                "sluice", "Diffusion", "DrawExample", "FluxModels", "Gallery", "GoldenData", "Memory", "Tensors", "Weights", system,
            ],
            swiftSettings: swift),
        tests(of: "Memory"),
        tests(of: "Tensors", ["Memory"]),
        tests(of: "CPUBackend", ["Memory", "Tensors"]),
        .testTarget(
            name: "ConformanceTests", dependencies: ["CPUBackend", "Memory", "ReferenceBackend", "Tensors"], swiftSettings: swift),
        tests(of: "StrictJSON", ["TestFixtures"]),
        tests(of: "Weights", ["Memory", "StrictJSON", "Tensors", "TestFixtures", system]),
        tests(of: "Tokenizers", ["TestFixtures", system], exclude: ["Demo", "Golden"]),
        tests(of: "Gallery", ["CPNG", "TestFixtures", system]),
    ],
    cxxLanguageStandard: .cxx17
)
