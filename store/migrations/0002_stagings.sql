-- What a team does with rehearsals in its server. All of it hangs on the staging, which hangs on the rehearsal, so that
-- deleting a rehearsal deletes every word about it. Ids of servers, channels and members are whole numbers and no more here.

CREATE TABLE stagings (
    rehearsal   INTEGER PRIMARY KEY REFERENCES rehearsals (number) ON DELETE CASCADE,
    server      INTEGER NOT NULL CHECK (server > 0),
    channel     INTEGER NOT NULL CHECK (channel > 0),
    asker       INTEGER NOT NULL CHECK (asker > 0),
    interaction INTEGER NOT NULL UNIQUE CHECK (interaction > 0),
    asked       TEXT NOT NULL CHECK (asked GLOB '*+00:00'),
    source      INTEGER,
    thread      INTEGER,
    state       TEXT NOT NULL CHECK (state IN ('waiting', 'playing', 'shown', 'stopped')),
    why         TEXT NOT NULL,
    before      INTEGER REFERENCES rehearsals (number) ON DELETE SET NULL,
    locale      TEXT NOT NULL
) STRICT;

CREATE INDEX stagings_by_server ON stagings (server, asked);
CREATE INDEX stagings_by_thread ON stagings (thread);
CREATE INDEX stagings_by_before ON stagings (before);

-- Apart from the stagings, because a request that comes twice is known for a while even if its rehearsal was deleted.
CREATE TABLE requests (
    interaction INTEGER PRIMARY KEY,
    server      INTEGER NOT NULL,
    member      INTEGER NOT NULL,
    at          TEXT NOT NULL CHECK (at GLOB '*+00:00')
) STRICT;

CREATE INDEX requests_by_server ON requests (server, at);

CREATE TABLE posts (
    rehearsal   INTEGER NOT NULL REFERENCES stagings (rehearsal) ON DELETE CASCADE,
    post        TEXT NOT NULL,
    message     INTEGER CHECK (message > 0),
    PRIMARY KEY (rehearsal, post)
) STRICT;

CREATE TABLE marks (
    rehearsal   INTEGER NOT NULL REFERENCES stagings (rehearsal) ON DELETE CASCADE,
    part        TEXT NOT NULL,
    seat        INTEGER NOT NULL,
    member      INTEGER NOT NULL,
    mark        TEXT NOT NULL,
    PRIMARY KEY (rehearsal, part, seat, member)
) STRICT;

CREATE TABLE turns (
    number      INTEGER PRIMARY KEY,
    rehearsal   INTEGER NOT NULL REFERENCES stagings (rehearsal) ON DELETE CASCADE,
    seat        INTEGER NOT NULL,
    turn        INTEGER NOT NULL,
    member      INTEGER NOT NULL,
    name        TEXT NOT NULL,
    said        TEXT NOT NULL,
    answer      TEXT,
    interaction INTEGER NOT NULL UNIQUE,
    UNIQUE (rehearsal, seat, turn)
) STRICT;

CREATE TABLE servers (
    server      INTEGER PRIMARY KEY,
    choices     TEXT NOT NULL CHECK (json_valid(choices)),
    retention   INTEGER NOT NULL GENERATED ALWAYS AS (json_extract(choices, '$.retention')) VIRTUAL
) STRICT;

CREATE TABLE own_words (
    server      INTEGER NOT NULL,
    sort        TEXT NOT NULL CHECK (sort IN ('personas', 'panels')),
    key         TEXT NOT NULL,
    text        TEXT NOT NULL,
    retired     INTEGER NOT NULL CHECK (retired IN (0, 1)),
    by          INTEGER NOT NULL,
    PRIMARY KEY (server, sort, key)
) STRICT;
