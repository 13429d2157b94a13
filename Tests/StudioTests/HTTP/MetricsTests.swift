import Foundation
import History
import SystemPackage
import Testing

@testable import Studio

@Suite struct MetricsTests {
    @Test func everyFamilyIsAsPrometheusWantsIt() async throws {
        let metrics = StudioMetrics()
        metrics.count(route: "/api/v1/jobs/{id}", code: 200)
        metrics.count(route: nil, code: 421)
        metrics.streamOpened()
        metrics.record(
            try JSONDecoder().decode(
                PictureReport.self,
                from: Data(
                    #"""
                    {"time":{"phases":[{"name":"denoise","waitSeconds":0.5,"computeSeconds":2,"copySeconds":0.25}],"stepSeconds":[0.02,0.5]},
                    "memory":{"fragmentationPeak":0.25}}
                    """#.utf8)))
        var text = MetricsText()
        metrics.write(to: &text)
        let lines = Set(text.text.split(separator: "\n"))
        for line in [
            #"sluice_http_requests_total{route="/api/v1/jobs/{id}",code="200"} 1"#,
            #"sluice_http_requests_total{route="none",code="421"} 1"#,
            "sluice_sse_clients 1", #"sluice_phase_seconds_total{phase="denoise",class="compute"} 2"#,
            #"sluice_phase_seconds_total{phase="denoise",class="wait"} 0.5"#, #"sluice_step_seconds_bucket{le="0.01"} 0"#,
            #"sluice_step_seconds_bucket{le="0.03"} 1"#, #"sluice_step_seconds_bucket{le="1"} 2"#,
            #"sluice_step_seconds_bucket{le="+Inf"} 2"#,
            "sluice_step_seconds_sum 0.52", "sluice_step_seconds_count 2", "sluice_fragmentation_ratio 0.25",
        ] { #expect(lines.contains(Substring(line)), "\(line)") }
    }

    @Test func labelsAreEscaped() {
        var text = MetricsText()
        text.sample("x", ["a": "b\"c\\d\ne"], 1.5)
        #expect(text.text == "x{a=\"b\\\"c\\\\d\\ne\"} 1.5\n")
    }

    /// Debian's package prometheus has promtool.
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/promtool"), "promtool is not installed"))
    func promtoolFindsNothingToSay() async throws {
        try await OpenServer.with { server in
            _ = try await server.picture()
            let file = server.parts.folder.path.removingLastComponent().appending("metrics.txt")
            try Data(try await server.client.send("GET", "/metrics").body).write(to: URL(filePath: file.string))
            let check = try await Program(path: "/bin/sh", arguments: ["-c", "promtool check metrics < '\(file)' 2>&1"]).run()
            #expect(check.status == 0 && check.output.isEmpty, "\(check.output)")
        }
    }
}
