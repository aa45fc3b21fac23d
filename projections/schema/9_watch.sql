-- Days that somebody has to keep and the ladder watches, with how far it went for each; and
-- the look-backs that are still to be drawn. What is owed on a day is found by the day.
create table watch (
    item    uuid     not null,
    watch   text     not null, -- events.Watch, or DRAW
    ref     text     not null, -- the assignment or the slip
    day     date     not null,
    preset  text     not null,
    urgent  boolean  not null,
    reached smallint not null, -- rank of the level, 0 for none
    constraint watch_pk primary key (item, watch, ref)
) with (fillfactor = 70);

-- The slips of supervision (督办单), as they are tracked.
create table slip (
    item   uuid    not null,
    slip   text    not null, -- its number
    level  text    not null,
    issued date    not null,
    due    date,             -- while the answer is waited for
    unit   text    not null, -- id of the lead unit
    constraint slip_pk primary key (slip)
);

-- Draws of look-backs (回头看抽样).
create table sample (
    period   text        not null, -- ISO week
    draw     integer     not null,
    sequence bigint      not null,
    recorded timestamptz not null,
    doc      jsonb       not null, -- the fact
    constraint sample_pk primary key (period, draw)
);

-- after load
create index watch_owed on watch (preset, watch, urgent, reached, day);
comment on index watch_owed is 'Owing, Undrawn';
create index slip_waiting on slip (due, slip) where due is not null;
comment on index slip_waiting is 'Slips: those that wait';
create index slip_issued on slip (issued desc, slip desc);
comment on index slip_issued is 'Slips: all';
create index sample_newest on sample (sequence desc);
comment on index sample_newest is 'Samples';
