-- Up to where the rows of this schema stand. One row; moved on by compare-and-set in the
-- transaction that writes the rows.
create table position (
    one      boolean not null default true,
    identity text    not null,
    sequence bigint  not null,
    hash     text    not null,
    epoch    integer not null, -- raised by whoever else changes rows, so that the runner looks anew
    moved    timestamptz not null,
    constraint position_pk  primary key (one),
    constraint position_one check (one)
);
insert into position (identity, sequence, hash, epoch, moved) values ('', 0, '', 0, now());

-- Commits that could not be applied, and the later ones of their items, which wait.
create table parked (
    sequence bigint      not null,
    item     uuid        not null,
    error    text        not null, -- why, or '' for one that waits behind another
    since    timestamptz not null,
    raw      bytea,                -- the message, when it could not be read
    constraint parked_pk primary key (sequence)
);
