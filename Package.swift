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
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
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
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: [
        layer("Memory"),
        layer("StrictJSON"),
        layer("Tensors", ["Memory"]),
        wrapper("COneDNN", "dnnl"),
        wrapper("CKernels"),
        layer("CPUBackend", ["CKernels", "COneDNN", "Memory", "Tensors"]),
        .target(name: "CCUDA", exclude: ["kernels"]),
        layer("CUDABackend", ["CCUDA", "Memory", "Tensors"]),
        layer("ReferenceBackend", ["Memory", "Tensors"]),
        layer("Weights", ["Memory", "StrictJSON", "Tensors", system]),
        wrapper("CSentencePiece", "sentencepiece"),
        layer("Tokenizers", ["CSentencePiece", "StrictJSON", heap, system]),
        layer("FluxModels", ["Memory", "Tensors", "Weights", system]),
        layer("Diffusion", ["FluxModels", "Memory", "Tensors", "Tokenizers", "Weights", system]),
        wrapper("CPNG", "png", "z"),
        wrapper("CJPEG", "jpeg"),
        layer("Gallery", ["CJPEG", "CPNG", "StrictJSON", system]),
        layer("Postcards", [system], resources: [.copy("Resources/model")]),
        wrapper("CCrypto", "crypto"),
        layer("History", ["CCrypto", "Gallery", "StrictJSON", grdb, system]),
        layer(
            "Studio",
            [
                "Diffusion", "FluxModels", "Gallery", "History", "Memory", "StrictJSON", "Tensors", hummingbird, lifecycle, logging,
                subprocess, system,
            ], resources: [.copy("Resources/page")]),
        .executableTarget(
            name: "sluice",
            dependencies: [
                "CPUBackend", "CUDABackend", "Diffusion", "FluxModels", "Gallery", "History", "Memory", "Postcards", "Studio", "Tensors",
                "Tokenizers", "Weights", arguments, lifecycle, logging, signals, system,
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
        .target(name: "SIMTEmulator", dependencies: ["CCUDA"], path: "Tests/SIMTEmulator"),
        .target(name: "SimulatedDriver", dependencies: ["CCUDA", "SIMTEmulator"], path: "Tests/SimulatedDriver"),
        tests(of: "SIMTEmulator", ["CCUDA"]),
        tests(
            of: "CUDABackend",
            ["CCUDA", "CPUBackend", "Diffusion", "Memory", "Postcards", "SIMTEmulator", "SimulatedDriver", "Tensors", system]),
        .testTarget(
            name: "ConformanceTests",
            dependencies: ["CCUDA", "CPUBackend", "CUDABackend", "Memory", "ReferenceBackend", "SimulatedDriver", "Tensors"],
            swiftSettings: swift),
        tests(of: "StrictJSON", ["TestFixtures"]),
        tests(of: "Weights", ["Memory", "StrictJSON", "Tensors", "TestFixtures", system]),
        tests(of: "Tokenizers", ["TestFixtures", system], exclude: ["Demo", "Golden"]),
        tests(of: "Gallery", ["CPNG", "StrictJSON", "TestFixtures", system], exclude: ["Golden"]),
        .target(name: "HistoryFixtures", dependencies: ["History"], path: "Tests/HistoryFixtures", swiftSettings: swift),
        tests(of: "History", ["Gallery", "HistoryFixtures", "TestFixtures", grdb, system]),
        .testTarget(
            name: "StudioTests",
            dependencies: [
                "sluice", "CPUBackend", "Diffusion", "FluxModels", "Gallery", "History", "Memory", "Postcards", "StrictJSON", "Studio",
                "Tensors", "TestFixtures", hummingbird, lifecycle, logging, system,
            ],
            swiftSettings: swift),
    ],
    cxxLanguageStandard: .cxx17
)
