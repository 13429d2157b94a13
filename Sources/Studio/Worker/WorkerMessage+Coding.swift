/// Every message is one object whose "type" says what the other keys mean.
private enum TypeKey: String, CodingKey { case type }

private enum NumberKey: String, CodingKey { case number }

extension WorkerOrder {
    private enum Kind: String, Codable { case run, cancel, drain, release, ping, plan }

    public init(from decoder: any Decoder) throws {
        switch try decoder.container(keyedBy: TypeKey.self).decode(Kind.self, forKey: .type) {
        case .run: self = .run(try RunOrder(from: decoder))
        case .cancel: self = .cancel(try RunID(from: decoder))
        case .drain: self = .drain(try RunID(from: decoder))
        case .release: self = .release
        case .ping: self = .ping(try decoder.container(keyedBy: NumberKey.self).decode(Int.self, forKey: .number))
        case .plan: self = .plan(try PlanOrder(from: decoder))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: TypeKey.self)
        switch self {
        case .run(let order):
            try container.encode(Kind.run, forKey: .type)
            try order.encode(to: encoder)
        case .cancel(let run):
            try container.encode(Kind.cancel, forKey: .type)
            try run.encode(to: encoder)
        case .drain(let run):
            try container.encode(Kind.drain, forKey: .type)
            try run.encode(to: encoder)
        case .release: try container.encode(Kind.release, forKey: .type)
        case .ping(let number):
            try container.encode(Kind.ping, forKey: .type)
            try encoder.encode(number: number)
        case .plan(let order):
            try container.encode(Kind.plan, forKey: .type)
            try order.encode(to: encoder)
        }
    }
}

extension WorkerMessage {
    private enum Kind: String, Codable {
        case hello, unusable, accepted, progress, memory, preview, image, done, drained, cancelled, failed, pong, planned
    }

    private var kind: Kind {
        switch self {
        case .hello: .hello
        case .unusable: .unusable
        case .accepted: .accepted
        case .progress: .progress
        case .memory: .memory
        case .preview: .preview
        case .image: .image
        case .done: .done
        case .drained: .drained
        case .cancelled: .cancelled
        case .failed: .failed
        case .pong: .pong
        case .planned: .planned
        }
    }

    public init(from decoder: any Decoder) throws {
        switch try decoder.container(keyedBy: TypeKey.self).decode(Kind.self, forKey: .type) {
        case .hello: self = .hello(try Hello(from: decoder))
        case .unusable: self = .unusable(try StudioError(from: decoder))
        case .accepted: self = .accepted(try RunID(from: decoder))
        case .progress: self = .progress(try Progress(from: decoder))
        case .memory: self = .memory(try MemoryReading(from: decoder))
        case .preview: self = .preview(try Preview(from: decoder))
        case .image: self = .image(try StagedImage(from: decoder))
        case .done: self = .done(try RunID(from: decoder))
        case .drained: self = .drained(try RunID(from: decoder))
        case .cancelled: self = .cancelled(try RunID(from: decoder))
        case .failed: self = .failed(try Failure(from: decoder))
        case .pong: self = .pong(try decoder.container(keyedBy: NumberKey.self).decode(Int.self, forKey: .number))
        case .planned: self = .planned(try PlanAnswer(from: decoder))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: TypeKey.self)
        try container.encode(kind, forKey: .type)
        switch self {
        case .hello(let hello): try hello.encode(to: encoder)
        case .unusable(let error): try error.encode(to: encoder)
        case .accepted(let run), .done(let run), .drained(let run), .cancelled(let run): try run.encode(to: encoder)
        case .progress(let progress): try progress.encode(to: encoder)
        case .memory(let reading): try reading.encode(to: encoder)
        case .preview(let preview): try preview.encode(to: encoder)
        case .image(let image): try image.encode(to: encoder)
        case .failed(let failure): try failure.encode(to: encoder)
        case .pong(let number): try encoder.encode(number: number)
        case .planned(let answer): try answer.encode(to: encoder)
        }
    }
}

extension Encoder {
    fileprivate func encode(number: Int) throws {
        var container = container(keyedBy: NumberKey.self)
        try container.encode(number, forKey: .number)
    }
}
