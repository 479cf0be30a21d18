-- What a team's posts really got. A frozen forecast hangs on its rehearsal, so that deleting a rehearsal deletes every word of
-- it and every number about it; whose it is, is known from the staging, and one without a staging belongs to the terminal.

CREATE TABLE publications (
    rehearsal   INTEGER PRIMARY KEY REFERENCES rehearsals (number) ON DELETE CASCADE,
    document    TEXT NOT NULL CHECK (json_valid(document)),
    draft       TEXT NOT NULL GENERATED ALWAYS AS (json_extract(document, '$.draft')) VIRTUAL,
    platform    TEXT NOT NULL GENERATED ALWAYS AS (json_extract(document, '$.platform')) VIRTUAL,
    published   TEXT NOT NULL GENERATED ALWAYS AS (json_extract(document, '$.published')) VIRTUAL CHECK (published GLOB '*+00:00')
) STRICT;

CREATE TRIGGER publications_are_frozen BEFORE UPDATE ON publications
BEGIN
    SELECT RAISE (ABORT, 'a forecast that is frozen is never changed');
END;

-- The newest one of a publication counts; the older ones say how it grew.
CREATE TABLE outcomes (
    number      INTEGER PRIMARY KEY,
    rehearsal   INTEGER NOT NULL REFERENCES publications (rehearsal) ON DELETE CASCADE,
    taken       TEXT NOT NULL CHECK (taken GLOB '*+00:00'),
    reach       INTEGER NOT NULL CHECK (reach > 0),
    reactions   INTEGER NOT NULL CHECK (reactions BETWEEN 0 AND reach),
    replies     INTEGER NOT NULL CHECK (replies BETWEEN 0 AND reach),
    shares      INTEGER NOT NULL CHECK (shares BETWEEN 0 AND reach)
) STRICT;

CREATE INDEX outcomes_by_rehearsal ON outcomes (rehearsal, taken);

-- Posts that were never rehearsed, with their outcome. `post` is a digest of whose it is, where, when and with what words it
-- was published, so that the same numbers of the same post are kept once, however often a file is brought.
CREATE TABLE imported (
    number      INTEGER PRIMARY KEY,
    post        BLOB NOT NULL CHECK (length(post) = 16),
    server      INTEGER,
    platform    TEXT NOT NULL,
    text        TEXT NOT NULL,
    published   TEXT NOT NULL CHECK (published GLOB '*+00:00'),
    taken       TEXT NOT NULL CHECK (taken GLOB '*+00:00' AND taken >= published),
    reach       INTEGER NOT NULL CHECK (reach > 0),
    reactions   INTEGER NOT NULL CHECK (reactions BETWEEN 0 AND reach),
    replies     INTEGER NOT NULL CHECK (replies BETWEEN 0 AND reach),
    shares      INTEGER NOT NULL CHECK (shares BETWEEN 0 AND reach),
    UNIQUE (post, reach, reactions, replies, shares)
) STRICT;

CREATE INDEX imported_by_published ON imported (server, published);

-- One that was gone back from is set aside and kept.
CREATE TABLE fits (
    number      INTEGER PRIMARY KEY,
    server      INTEGER,
    document    TEXT NOT NULL CHECK (json_valid(document)),
    aside       INTEGER NOT NULL DEFAULT 0 CHECK (aside IN (0, 1))
) STRICT;
