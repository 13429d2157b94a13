// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that the project's has no program which only measures.
let package = Package(
    name: "hundred-pictures",
    dependencies: [.package(name: "sluice", path: "../..")],
    targets: [
        .executableTarget(name: "hundred-pictures", dependencies: [.product(name: "Diffusion", package: "sluice")], path: ".")
    ])
