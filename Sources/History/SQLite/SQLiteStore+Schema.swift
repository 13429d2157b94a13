import GRDB

extension SQLiteStore {
    /// Times are UTC milliseconds. A migration that was shipped does not change.
    static var schema: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            try database.execute(sql: jobTable)
            try database.execute(sql: imageTable)
            try database.execute(sql: storeTable)
        }
        migrator.registerMigration("2") { try $0.execute(sql: filteredParameters) }
        return migrator
    }

    private static let jobTable = """
        CREATE TABLE job (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          idempotency_key TEXT,
          body TEXT,
          owner TEXT NOT NULL DEFAULT '',
          status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed', 'cancelled')),
          priority INTEGER NOT NULL DEFAULT 0,
          request TEXT NOT NULL,
          image_count INTEGER NOT NULL DEFAULT 1,
          needs TEXT NOT NULL DEFAULT '{}',
          attempt INTEGER NOT NULL DEFAULT 0,
          lost INTEGER NOT NULL DEFAULT 0,
          max_lost INTEGER NOT NULL DEFAULT 2,
          worker TEXT,
          lease_until INTEGER,
          cancel_requested INTEGER NOT NULL DEFAULT 0,
          error TEXT,
          created_at INTEGER NOT NULL,
          started_at INTEGER,
          ended_at INTEGER,
          UNIQUE (owner, idempotency_key),
          CHECK ((status = 'running') = (worker IS NOT NULL))
        ) STRICT;
        CREATE INDEX job_ready ON job (priority DESC, id) WHERE status = 'queued';
        CREATE INDEX job_leased ON job (lease_until) WHERE status = 'running';
        """

    /// Searching reads `image_page` alone until a prompt matches: rows hold reports of tens of kilobytes.
    private static let imageTable = """
        CREATE TABLE image (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          job_id INTEGER REFERENCES job (id) ON DELETE SET NULL,
          ordinal INTEGER NOT NULL,
          attempt INTEGER NOT NULL,
          sha256 TEXT NOT NULL,
          blob TEXT NOT NULL UNIQUE,
          byte_count INTEGER NOT NULL,
          width INTEGER NOT NULL,
          height INTEGER NOT NULL,
          seed INTEGER NOT NULL,
          prompt TEXT NOT NULL,
          prompt_folded TEXT NOT NULL,
          parameters TEXT NOT NULL,
          metrics TEXT,
          seconds REAL,
          peak_bytes INTEGER,
          parent_sha256 TEXT,
          starred INTEGER NOT NULL DEFAULT 0,
          missing INTEGER NOT NULL DEFAULT 0,
          created_at INTEGER NOT NULL,
          trashed_at INTEGER,
          report TEXT,
          UNIQUE (job_id, ordinal)
        ) STRICT;
        CREATE INDEX image_page ON image (created_at DESC, id DESC, prompt_folded) WHERE trashed_at IS NULL;
        CREATE INDEX image_starred ON image (created_at DESC, id DESC) WHERE trashed_at IS NULL AND starred = 1;
        CREATE INDEX image_trash ON image (created_at DESC, id DESC) WHERE trashed_at IS NOT NULL;
        CREATE INDEX image_seed ON image (seed, created_at DESC, id DESC);
        CREATE INDEX image_digest ON image (sha256);
        CREATE INDEX image_parent ON image (parent_sha256) WHERE parent_sha256 IS NOT NULL;
        """

    /// Filters read `image_page` alone, too.
    private static let filteredParameters = """
        ALTER TABLE image ADD COLUMN steps INTEGER GENERATED ALWAYS AS (json_extract(parameters, '$.steps')) VIRTUAL;
        ALTER TABLE image ADD COLUMN guidance REAL GENERATED ALWAYS AS (json_extract(parameters, '$.guidance')) VIRTUAL;
        DROP INDEX image_page;
        CREATE INDEX image_page ON image (created_at DESC, id DESC, prompt_folded, steps, guidance, width, height)
          WHERE trashed_at IS NULL;
        """

    /// One row: whose database this is, and whether the last server that opened it closed it.
    private static let storeTable = """
        CREATE TABLE store (
          id INTEGER PRIMARY KEY CHECK (id = 1),
          database TEXT NOT NULL,
          clean INTEGER NOT NULL
        ) STRICT;
        """
}
