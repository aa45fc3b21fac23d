-- How many items have this key. A board sums these rows and never counts items.
create table board_cell (
    preset   text    not null,
    unit     text    not null,
    leader   text    not null,
    mode     text    not null,
    grp      text    not null,
    state    text    not null,
    source   text    not null,
    category text    not null,
    campaign text    not null,
    shown    boolean not null,
    due      date    not null, -- infinity for none; only while the deadline runs
    n        integer not null,
    constraint board_cell_pk primary key (preset, unit, leader, mode, grp, state, source, category, campaign, shown, due)
);
create index board_cell_empty on board_cell (n) where n = 0;
comment on index board_cell_empty is 'the projector, to drop what fell to nothing';

-- How many base items were registered, or struck off, in a week.
create table week_count (
    preset text    not null,
    unit   text    not null,
    leader text    not null,
    kind   text    not null, -- NEW, CLOSED
    week   date    not null,
    n      integer not null,
    constraint week_count_pk primary key (preset, unit, leader, kind, week),
    constraint week_count_kind check (kind in ('NEW', 'CLOSED'))
);
create index week_count_empty on week_count (n) where n = 0;
comment on index week_count_empty is 'the projector, to drop what fell to nothing';

-- How often a word of a select occurs.
create table word_count (
    kind text    not null, -- CATEGORY, AREA, CAMPAIGN
    word text    not null,
    n    integer not null,
    constraint word_count_pk primary key (kind, word)
);
create index word_count_empty on word_count (n) where n = 0;
comment on index word_count_empty is 'the projector, to drop what fell to nothing';

-- Names that ids had last, in the order in which they first appeared.
create table named (
    kind  text   not null, -- UNIT, LEADER
    id    text   not null,
    name  text   not null,
    first bigint not null,
    constraint named_pk primary key (kind, id)
);
