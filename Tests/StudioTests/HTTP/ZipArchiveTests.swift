import FoundationEssentials
import History
import SystemPackage
import Testing

@testable import Studio

@Suite struct ZipArchiveTests {
    /// Python's reader checks every header, size and checksum.
    @Test func picturesComeInAnArchiveThatOtherProgramsRead() async throws {
        try await OpenServer.with { server in
            let images = [try await server.picture(1), try await server.picture(2)]
            let reply = try await server.client.post("/api/v1/images/zip", #"{"ids":[2,1,2]}"#)
            #expect(reply.status == 200)
            #expect(reply.headers["content-type"] == "application/zip")
            #expect(reply.headers["content-disposition"] == "attachment; filename=\"sluice.zip\"")
            let file = server.parts.folder.path.removingLastComponent().appending("pictures.zip")
            try Data(reply.body).write(to: URL(filePath: file.string))
            let script = """
                import hashlib, sys, zipfile
                archive = zipfile.ZipFile(sys.argv[1])
                assert archive.testzip() is None
                for entry in archive.infolist(): print(entry.filename, entry.date_time[0], hashlib.sha256(archive.read(entry)).hexdigest())
                """
            let read = try await Program(path: "/usr/bin/python3", arguments: ["-c", script, file.string]).run()
            #expect(read.status == 0, "\(read.error)")
            let expected = images.reversed().map { "sluice-\($0.id)-\($0.sha256.prefix(8)).png 20" }
            let lines = read.output.split(separator: "\n")
            #expect(lines.count == 2)
            for (line, start) in zip(lines, expected) { #expect(line.hasPrefix(start), "\(line)") }
            for (line, image) in zip(lines, images.reversed()) { #expect(line.hasSuffix(image.sha256)) }
        }
    }

    @Test func whatCannotBePackedIsRefusedBeforeAnythingIsSent() async throws {
        try await OpenServer.with { server in
            _ = try await server.picture(1)
            #expect(try await server.client.post("/api/v1/images/zip", #"{"ids":[1,99]}"#).status == 404)
            for body in [#"{"ids":[]}"#, #"{"ids":["1"]}"#, #"{"ids":1}"#, "{}", #"{"ids":[1],"all":true}"#] {
                #expect(try await server.client.post("/api/v1/images/zip", body).status == 422, "\(body)")
            }
        }
    }

    @Test func timesAreThoseOfTheCalendar() {
        // 2026-11-23 21:42:18 UTC, 2000-02-29 00:00:00, and before 1980.
        #expect(DOSTime(1_795_470_138_714).date == 46 << 9 | 11 << 5 | 23)
        #expect(DOSTime(1_795_470_138_714).time == 21 << 11 | 42 << 5 | 9)
        #expect(DOSTime(951_782_400_000).date == 20 << 9 | 2 << 5 | 29)
        #expect(DOSTime(0).date == 1 << 5 | 1)
    }
}
