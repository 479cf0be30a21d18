-- A rehearsal and its reactions are kept as the documents that export writes; what is queried is read out of them by
-- generated columns, so that no fact stands in two places. Only what the documents do not hold has a column of its own.

CREATE TABLE rehearsals (
    number      INTEGER PRIMARY KEY,
    document    TEXT NOT NULL CHECK (json_valid(document)),
    timings     TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(timings)),
    finished    INTEGER NOT NULL DEFAULT 0 CHECK (finished IN (0, 1)),
    id          TEXT NOT NULL UNIQUE GENERATED ALWAYS AS (json_extract(document, '$.id')) VIRTUAL,
    created     TEXT NOT NULL GENERATED ALWAYS AS (json_extract(document, '$.created')) VIRTUAL CHECK (created GLOB '*+00:00'),
    draft       TEXT NOT NULL GENERATED ALWAYS AS (json_extract(document, '$.draft.text')) VIRTUAL,
    panel       TEXT NOT NULL GENERATED ALWAYS AS (json_extract(document, '$.panel.name')) VIRTUAL,
    platform    TEXT NOT NULL GENERATED ALWAYS AS (json_extract(document, '$.platform.name')) VIRTUAL,
    seats       INTEGER NOT NULL GENERATED ALWAYS AS (json_extract(document, '$.panel.seats')) VIRTUAL,
    model       TEXT NOT NULL GENERATED ALWAYS AS (json_extract(document, '$.model')) VIRTUAL,
    seed        INTEGER NOT NULL GENERATED ALWAYS AS (json_extract(document, '$.seed')) VIRTUAL,
    fingerprint TEXT NOT NULL GENERATED ALWAYS AS (json_extract(document, '$.fingerprint')) VIRTUAL
) STRICT;

CREATE INDEX rehearsals_by_created ON rehearsals (created);

CREATE TABLE reactions (
    rehearsal   INTEGER NOT NULL REFERENCES rehearsals (number) ON DELETE CASCADE,
    part        TEXT NOT NULL,
    document    TEXT NOT NULL CHECK (json_valid(document)),
    seat        INTEGER NOT NULL GENERATED ALWAYS AS (json_extract(document, '$.seat')) VIRTUAL,
    persona     TEXT NOT NULL GENERATED ALWAYS AS (json_extract(document, '$.persona')) VIRTUAL,
    kind        TEXT GENERATED ALWAYS AS (json_extract(document, '$.kind')) VIRTUAL,
    reason      TEXT GENERATED ALWAYS AS (json_extract(document, '$.reason')) VIRTUAL,
    reply       TEXT GENERATED ALWAYS AS (json_extract(document, '$.reply')) VIRTUAL,
    failed      TEXT GENERATED ALWAYS AS (json_extract(document, '$.failed')) VIRTUAL,
    UNIQUE (rehearsal, part, seat)
) STRICT;
