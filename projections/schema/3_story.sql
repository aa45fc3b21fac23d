-- What happened, one row a fact. Insert only.
create table timeline (
    item        uuid        not null,
    sequence    bigint      not null,
    idx         integer     not null,
    rev         integer     not null,
    type        text        not null,
    title       text        not null,
    body        text        not null,
    public_body text        not null,
    visibility  text        not null,
    post        text        not null,
    demo        boolean     not null,
    recorded    timestamptz not null,
    occurred    date,
    hash        text        not null,
    state       text        not null
);

-- What people said, as they said it, sealed.
create table opinion (
    id        text        not null,
    item      uuid        not null, -- under which it was registered
    raised    timestamptz not null,
    raised_on date        not null,
    sequence  bigint      not null,
    doc       jsonb       not null,
    constraint opinion_pk primary key (id)
);

create index opinion_registered on opinion (item);
comment on index opinion_registered is 'the projector, to scrub what was erased';

-- Which items answer which opinions: by how many facts. A merge and a split add to it, a
-- merge that is taken back takes off.
create table opinion_item (
    opinion text    not null,
    item    uuid    not null,
    n       integer not null
);

-- Keyed hashes of the pieces of what people said, by which it can be searched though nobody
-- can read it here (verbatim.go).
create table verbatim (
    opinion text    not null,
    item    uuid    not null, -- under which it was registered
    month   integer not null, -- in which it was given, counted from the year 2000
    grams   bigint[],         -- null until the text was opened and read
    constraint verbatim_pk primary key (opinion)
);

-- after load
create index verbatim_grams on verbatim using gin (grams) with (gin_pending_list_limit = 256);
comment on index verbatim_grams is 'Items: Filter.Q with Filter.Verbatim';
create index verbatim_month on verbatim (month);
comment on index verbatim_month is 'Items: Filter.Q with Filter.Verbatim, the newest first';
create index verbatim_open on verbatim (month desc) where grams is null;
comment on index verbatim_open is 'KeepVerbatim';
create index verbatim_item on verbatim (item);
comment on index verbatim_item is 'the projector, to drop what was erased';
alter table timeline add constraint timeline_pk primary key (item, sequence, idx);
comment on index timeline_pk is 'Timeline, newest first';
alter table opinion_item add constraint opinion_item_pk primary key (opinion, item);
create index opinion_item_item on opinion_item (item);
comment on index opinion_item_item is 'Opinions';
