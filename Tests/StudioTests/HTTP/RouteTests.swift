import FoundationEssentials
import Gallery
import History
import Testing

@testable import Studio

@Suite struct RouteTests {
    @Test func aJobGoesFromItsRequestToItsPicture() async throws {
        try await OpenServer.with { server in
            let reply = try await server.client.post("/api/v1/jobs", #"{"prompt":"a fox","seed":7,"count":2}"#)
            #expect(reply.status == 202)
            #expect(reply.headers["location"] == "/api/v1/jobs/1")
            #expect(reply.headers["etag"] != nil)
            for _ in 0..<1000 where try await server.parts.store.job(1).status != .done { try await Task.sleep(for: .milliseconds(5)) }
            let job = try await server.client.send("GET", "/api/v1/jobs/1")
            #expect(try OpenServer.value(job, "status") == .text("done"))
            #expect(try OpenServer.value(job, "images") == .array([.integer(1), .integer(2)]))
            let image = try await server.client.send("GET", "/api/v1/images/2")
            #expect(try OpenServer.value(image, "seed") == .integer(8))
            #expect(try OpenServer.value(image, "trashedAt") == .null)
            let again = try await server.client.send("GET", "/api/v1/jobs/1", ["If-None-Match": job.headers["etag"] ?? ""])
            #expect(again.status == 304)
            #expect(again.body.isEmpty)
        }
    }

    @Test(arguments: [
        (#"{"prompt":"x","promt":"y"}"#, "promt"), (#"{"prompt":"x","steps":0}"#, "steps"), (#"{"prompt":"x","width":17}"#, "width"),
        (#"{"prompt":"x","guidance":101}"#, "guidance"), (#"{"prompt":"x","count":11}"#, "count"), (#"{"steps":4}"#, "prompt"),
        (#"{"prompt":"x","seed":9007199254740992}"#, "seed"), (#"{"prompt":"x","negativePrompt":"y"}"#, "negativePrompt"),
        (#"{"prompt":"x","parentImage":77}"#, "parentImage"), (#"{"prompt":5}"#, "prompt"),
    ])
    func aRequestThatCannotBeDrawnNamesItsField(body: String, field: String) async throws {
        try await OpenServer.with { server in
            for route in ["jobs", "plan"] {
                let reply = try await server.client.post("/api/v1/\(route)", body)
                #expect(reply.status == 422)
                #expect(try OpenServer.code(reply) == "invalid_request")
                #expect(try OpenServer.value(reply, "error", "field") == .text(field))
            }
            #expect(try await server.parts.store.queueDepth() == 0)
        }
    }

    @Test(arguments: ["", "[]", "{", #"{"prompt":"x"}{}"#, #"{"prompt":"x","prompt":"y"}"#, "{\"prompt\":\"\u{1}\"}", "nul"])
    func aBodyThatIsNoObjectIsRefused(body: String) async throws {
        try await OpenServer.with { server in
            let reply = try await server.client.post("/api/v1/jobs", body)
            #expect(reply.status == 422)
            #expect(try OpenServer.code(reply) == "invalid_request")
        }
    }

    @Test func aKeyMakesOneJobOfARequestThatIsSentTwice() async throws {
        try await OpenServer.with { server in
            let key = ["Idempotency-Key": "7d5e"]
            let first = try await server.client.post("/api/v1/jobs", #"{"prompt":"a"}"#, key)
            let second = try await server.client.post("/api/v1/jobs", #"{"prompt":"a"}"#, key)
            #expect(try OpenServer.value(first, "id") == OpenServer.value(second, "id"))
            let other = try await server.client.post("/api/v1/jobs", #"{"prompt":"b"}"#, key)
            #expect(other.status == 409)
            #expect(try OpenServer.code(other) == "conflict")
            let long = try await server.client.post(
                "/api/v1/jobs", #"{"prompt":"a"}"#, ["Idempotency-Key": String(repeating: "k", count: 256)])
            #expect(long.status == 422)
        }
    }

    @Test func queuedJobsAreMovedCancelledRetriedAndDeleted() async throws {
        let engine = ScriptedEngine { $0.job == 1 ? .wait() : .draw }
        try await OpenServer.with(AccessPolicy(), engine) { server in
            for _ in 0..<3 { _ = try await server.client.post("/api/v1/jobs", #"{"prompt":"a"}"#) }
            #expect(try OpenServer.value(try await server.client.send("POST", "/api/v1/jobs/3/front"), "position") == .integer(1))
            #expect(try OpenServer.value(try await server.client.send("POST", "/api/v1/jobs/2/cancel"), "status") == .text("cancelled"))
            #expect(try OpenServer.value(try await server.client.send("POST", "/api/v1/jobs/2/cancel"), "status") == .text("cancelled"))
            #expect(try await server.client.send("POST", "/api/v1/jobs/2/front").status == 409)
            #expect(try OpenServer.value(try await server.client.send("POST", "/api/v1/jobs/2/retry"), "status") == .text("queued"))
            #expect(try await server.client.send("DELETE", "/api/v1/jobs/1").status == 409)
            #expect(try await server.client.send("DELETE", "/api/v1/jobs/2").status == 204)
            #expect(try await server.client.send("GET", "/api/v1/jobs/2").status == 404)
            #expect(try OpenServer.value(try await server.client.send("POST", "/api/v1/queue/pause"), "paused") == .bool(true))
            let cleared = try await server.client.send("POST", "/api/v1/queue/cancel-all")
            #expect(try OpenServer.value(cleared, "depth") == .integer(0))
            #expect(try OpenServer.value(try await server.client.send("POST", "/api/v1/queue/resume"), "paused") == .bool(false))
            #expect(try await server.client.send("POST", "/api/v1/engine/release").status == 204)
        }
    }

    @Test func whatDoesNotFitIsRefusedWithTheFactsOfWhatWould() async throws {
        let engine = ScriptedEngine()
        await engine.refuse(
            StudioError(.doesNotFit, "too large", facts: ["smallestBudgetBytes": .integer(5), "bindingPhase": .text("decode")]))
        try await OpenServer.with(AccessPolicy(), engine) { server in
            for route in ["jobs", "plan"] {
                let reply = try await server.client.post("/api/v1/\(route)", #"{"prompt":"a"}"#)
                #expect(reply.status == 422)
                #expect(try OpenServer.code(reply) == "does_not_fit")
                #expect(try OpenServer.value(reply, "error", "facts", "smallestBudgetBytes") == .integer(5))
            }
        }
    }

    @Test func aFullQueueAsksToComeBackLater() async throws {
        let engine = ScriptedEngine { _ in .wait() }
        try await OpenServer.with(AccessPolicy(), engine, queueLimit: 1) { server in
            for _ in 0..<50 where try await server.parts.store.activeJobs().first?.status != .running {
                _ = try await server.client.post("/api/v1/jobs", #"{"prompt":"a"}"#)
            }
            _ = try await server.client.post("/api/v1/jobs", #"{"prompt":"a"}"#)
            let reply = try await server.client.post("/api/v1/jobs", #"{"prompt":"a"}"#)
            #expect(reply.status == 429)
            #expect(try OpenServer.code(reply) == "queue_full")
            #expect(reply.headers["retry-after"] == "10")
        }
    }

    @Test func aFullDiskRefusesJobsBeforeTheyBegin() async throws {
        try await OpenServer.with(minimumFreeBytes: 1 << 60) { server in
            let reply = try await server.client.post("/api/v1/jobs", #"{"prompt":"a"}"#)
            #expect(reply.status == 507)
            #expect(try OpenServer.code(reply) == "disk_full")
            #expect(try OpenServer.value(reply, "error", "facts", "minimumFreeBytes") == .integer(1 << 60))
            #expect(try await server.client.send("GET", "/readyz").status == 503)
        }
    }

    @Test func picturesAreStarredTrashedRestoredAndPaged() async throws {
        try await OpenServer.with { server in
            for seed in 1...3 { _ = try await server.picture(seed) }
            let width = try await server.parts.store.image(1).width
            let starred = try await server.client.send("PATCH", "/api/v1/images/1", body: Array(#"{"starred":true}"#.utf8))
            #expect(try OpenServer.value(starred, "starred") == .bool(true))
            #expect(try await ids(server, "?starred=1") == [1])
            #expect(try await ids(server, "?seed=2") == [2])
            #expect(try await ids(server, "?q=FOX") == [3, 2, 1])
            #expect(try await ids(server, "?q=bear") == [])
            #expect(try await ids(server, "?stepsFrom=1&guidanceTo=100&width=\(width)&from=0") == [3, 2, 1])
            for query in ["stepsTo=0", "guidanceFrom=99.5", "width=1", "height=1", "to=1"] {
                #expect(try await ids(server, "?\(query)") == [], "\(query)")
            }
            _ = try await server.client.send("DELETE", "/api/v1/images/2")
            #expect(try await ids(server, "") == [3, 1])
            #expect(try await ids(server, "?trashed=1") == [2])
            _ = try await server.client.send("POST", "/api/v1/images/2/restore")
            #expect(try await ids(server, "") == [3, 2, 1])
            for query in ["?page=2", "?starred=maybe", "?seed=-1", "?cursor=x", "?stepsFrom=many", "?to=1.5"] {
                #expect(try await server.client.send("GET", "/api/v1/images\(query)").status == 422)
            }
        }
    }

    @Test func aListThatWasAskedForBeforeShowsWhatChangedSince() async throws {
        try await OpenServer.with { server in
            for seed in 1...2 {
                _ = try await server.picture(seed)
                for path in ["snapshot", "jobs", "images"] {
                    let replies = try await [server.client.send("GET", "/api/v1/\(path)"), server.client.send("GET", "/api/v1/\(path)")]
                    for reply in replies {
                        let list = try OpenServer.value(reply, ["snapshot": "recent"][path] ?? path)
                        guard case .array(let entries)? = list else {
                            Issue.record("\(path): \(reply.text)")
                            return
                        }
                        #expect(entries.count == seed, "\(path)")
                    }
                }
            }
        }
    }

    private func ids(_ server: OpenServer, _ query: String) async throws -> [Int] {
        guard case .array(let images)? = try OpenServer.value(try await server.client.send("GET", "/api/v1/images\(query)"), "images")
        else {
            return [-1]
        }
        return images.compactMap { image in
            if case .object(let members) = image, case .integer(let id)? = members["id"] { id } else { nil }
        }
    }

    @Test func aPictureIsDownloadedAsItIsOrWithoutWhatItSays() async throws {
        try await OpenServer.with { server in
            let image = try await server.picture()
            let file = try await server.client.send("GET", "/api/v1/images/\(image.id)/file")
            #expect(SHA256.hexadecimal(of: file.body) == image.sha256)
            #expect(file.headers["content-type"] == "image/png")
            #expect(file.headers["content-disposition"] == "inline; filename=\"sluice-\(image.id).png\"")
            let stripped = try await server.client.send("GET", "/api/v1/images/\(image.id)/file?strip=1")
            #expect(try PNGFile.texts(of: stripped.body).isEmpty)
            #expect(try PNGFile.decode(stripped.body) == PNGFile.decode(file.body))
            let thumbnail = try await server.client.send("GET", "/api/v1/images/\(image.id)/thumb?d=\(image.sha256.prefix(8))")
            #expect(thumbnail.headers["content-type"] == "image/jpeg")
            #expect(thumbnail.headers["cache-control"]?.contains("immutable") == true)
            #expect(thumbnail.body.starts(with: [0xFF, 0xD8, 0xFF]))
            let again = try await server.client.send(
                "GET", "/api/v1/images/\(image.id)/file", ["If-None-Match": file.headers["etag"] ?? ""])
            #expect(again.status == 304)
        }
    }

    @Test func settingsAreReadFromAFileThatWasDownloaded() async throws {
        try await OpenServer.with { server in
            let image = try await server.picture(5)
            let bytes = try server.parts.folder.bytes(of: image)
            let settings = try await server.client.send("POST", "/api/v1/metadata", ["Content-Type": "image/png"], body: bytes)
            #expect(try OpenServer.value(settings, "seed") == .integer(5))
            #expect(try OpenServer.value(settings, "source") == .text("sluice"))
            let silent = try await server.client.send(
                "POST", "/api/v1/metadata", ["Content-Type": "image/png"], body: try PNGFile.stripped(bytes))
            #expect(silent.status == 422)
            for body in ["<html><script>", "<svg xmlns='http://www.w3.org/2000/svg'/>", ""] {
                let reply = try await server.client.send("POST", "/api/v1/metadata", ["Content-Type": "image/png"], body: Array(body.utf8))
                #expect(reply.status == 422)
                #expect(reply.headers["content-type"] == "application/json")
            }
        }
    }

    @Test func picturesOfOneChangeAreComparableAndOthersSayWhyNot() async throws {
        try await OpenServer.with { server in
            _ = try await server.picture(1)
            _ = try await server.picture(1, #","steps":50"#)
            _ = try await server.picture(1, #","steps":50,"guidance":2"#)
            _ = try await server.picture(2)
            let reply = try await server.client.send("GET", "/api/v1/compare?ids=1,2,3,4")
            guard case .array(let pairs)? = try OpenServer.value(reply, "pairs") else {
                Issue.record("\(reply.text)")
                return
            }
            let found = pairs.map { pair -> String in
                guard case .object(let members) = pair else { return "" }
                return "\(members["comparable"] ?? .null) \(members["reason"] ?? .null) \(members["identical"] ?? .null)"
            }
            #expect(
                found == [
                    "bool(true) null bool(true)", #"bool(false) text("several") bool(true)"#, #"bool(false) text("seed") bool(false)"#,
                ])
            for query in ["", "?ids=1", "?ids=1,1", "?ids=1,2,3,4,5", "?ids=1,x", "?ids=1,,2"] {
                #expect(try await server.client.send("GET", "/api/v1/compare\(query)").status == 422)
            }
            #expect(try await server.client.send("GET", "/api/v1/compare?ids=1,99").status == 404)
        }
    }

    @Test func whatTheServerKnowsOfItselfIsTold() async throws {
        try await OpenServer.with { server in
            _ = try await server.picture()
            #expect(try await server.client.send("GET", "/healthz").text == "ok\n")
            let capabilities = try await server.client.send("GET", "/api/v1/capabilities")
            #expect(try OpenServer.value(capabilities, "model", "name") == .text("Script"))
            #expect(try OpenServer.value(capabilities, "authentication") == .bool(false))
            let snapshot = try await server.client.send("GET", "/api/v1/snapshot")
            #expect(try OpenServer.value(snapshot, "queue", "depth") == .integer(0))
            guard case .text(let eventID)? = try OpenServer.value(snapshot, "eventId") else { throw CancellationError() }
            #expect(EventID(eventID) != nil)
            #expect(try OpenServer.value(try await server.client.send("GET", "/api/v1/stats"), "images", "count") == .integer(1))
            var metrics = try await server.client.send("GET", "/metrics")
            // What counts is told of the end, as everybody is, after it is stored.
            for _ in 0..<200 where !metrics.text.contains("sluice_jobs_total{state=\"done\"} 1\n") {
                try await Task.sleep(for: .milliseconds(10))
                metrics = try await server.client.send("GET", "/metrics")
            }
            #expect(metrics.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(metrics.text.contains("sluice_worker_up 1\n"))
            #expect(metrics.text.contains("sluice_jobs_total{state=\"done\"} 1\n"))
            #expect(metrics.text.contains("sluice_jobs{state=\"done\"} 1\n"))
            #expect(metrics.text.contains(#"sluice_http_requests_total{route="/api/v1/snapshot",code="200"} 1"#))
        }
    }

    @Test func theFilesOfThePageAreServedForEverUnderTheirDigest() async throws {
        try await OpenServer.with { server in
            let index = try await server.client.send("GET", "/")
            #expect(index.headers["content-type"] == "text/html; charset=utf-8")
            #expect(index.headers["cache-control"] == "no-cache")
            let path = try #require(index.text.split(separator: "\"").first { $0.hasPrefix("/assets/") && $0.hasSuffix(".js") })
            let module = try await server.client.send("GET", String(path))
            #expect(module.headers["content-type"] == "text/javascript; charset=utf-8")
            #expect(module.headers["cache-control"]?.contains("immutable") == true)
            let again = try await server.client.send("GET", "/", ["If-None-Match": index.headers["etag"] ?? ""])
            #expect(again.status == 304)
            let head = try await server.client.send("HEAD", "/")
            #expect(head.status == 200)
            #expect(head.body.isEmpty)
        }
    }
}
