-- Sums change all the time: no index looks at what is summed, and pages have room, so that a
-- change stays in its page and touches no index. Keys are compared as bytes, which is cheaper.

-- How many items stand where now: within a scope (everything, one ledger, one lead unit, one
-- leader, one campaign, what the public sees), by one dimension. A board reads the rows of
-- one scope and never counts items.
create table board_sum (
    scope text collate "C" not null, -- ALL, PRESET, UNIT, LEADER, CAMPAIGN, SHOWN
    value text collate "C" not null, -- of the scope
    dim   text collate "C" not null, -- ALL, PRESET, UNIT, LEADER, MODE, SOURCE, CATEGORY, AREA, CAMPAIGN, TALLY, QUEUE
    key   text collate "C" not null, -- of the dimension
    registered   integer not null,
    info         integer not null,
    waiting      integer not null,
    open         integer not null,
    rectified    integer not null,
    verifying    integer not null,
    publicity    integer not null,
    standing     integer not null,
    held         integer not null,
    closed       integer not null,
    answered     integer not null,
    ended        integer not null,
    merged       integer not null
) with (fillfactor = 70);

-- What changed in board_sum within some days, for everything and for each ledger: the sum of
-- all that lies before the end of a day is what stood then. Days that are yet to come hold
-- what will be overdue then.
create table board_day (
    scope text collate "C" not null, -- ALL, PRESET
    value text collate "C" not null,
    span  text collate "C" not null, -- Y year, M month, T ten days (旬), D day
    since date not null, -- first day of the span
    dim   text collate "C" not null,
    key   text collate "C" not null,
    registered   integer not null,
    info         integer not null,
    waiting      integer not null,
    open         integer not null,
    rectified    integer not null,
    verifying    integer not null,
    publicity    integer not null,
    standing     integer not null,
    held         integer not null,
    closed       integer not null,
    answered     integer not null,
    ended        integer not null,
    merged       integer not null,
    late_waiting integer not null, -- past the deadline
    late_open    integer not null
) with (fillfactor = 70);

-- How many items whose deadline runs now have it on which day, in which ten days, month and year.
-- Overdue is a sum over what lies before today.
create table board_due (
    scope   text collate "C" not null,
    value   text collate "C" not null,
    span    text collate "C" not null, -- Y, M, T, D
    since   date not null,
    dim     text collate "C" not null,
    key     text collate "C" not null,
    waiting integer not null,
    open    integer not null
) with (fillfactor = 70);

-- How many base items were registered, or struck off, in a week.
create table week_count (
    scope text collate "C" not null,
    value text collate "C" not null,
    kind  text collate "C" not null, -- NEW, CLOSED
    week  date    not null,
    n     integer not null,
    constraint week_count_kind check (kind in ('NEW', 'CLOSED'))
);

-- What a commit adds to the tables above: one row a batch, one array a column, so that it is
-- cheap to write. It is added to the sums soon after (adding.go). Whoever reads sums reads the
-- views: the sums and what is yet to be added.
create table board_sum_added (
    scope        text[] not null,
    value        text[] not null,
    dim          text[] not null,
    key          text[] not null,
    registered   integer[] not null,
    info         integer[] not null,
    waiting      integer[] not null,
    open         integer[] not null,
    rectified    integer[] not null,
    verifying    integer[] not null,
    publicity    integer[] not null,
    standing     integer[] not null,
    held         integer[] not null,
    closed       integer[] not null,
    answered     integer[] not null,
    ended        integer[] not null,
    merged       integer[] not null
);
create view board_sum_all as
    select scope, value, dim, key, registered, info, waiting, open, rectified, verifying, publicity, standing, held, closed, answered, ended, merged from board_sum
    union all
    select u.* from board_sum_added a, unnest(a.scope, a.value, a.dim, a.key, a.registered, a.info, a.waiting, a.open, a.rectified, a.verifying, a.publicity, a.standing, a.held, a.closed, a.answered, a.ended, a.merged) as u (scope, value, dim, key, registered, info, waiting, open, rectified, verifying, publicity, standing, held, closed, answered, ended, merged);

create table board_day_added (
    scope        text[] not null,
    value        text[] not null,
    span         text[] not null,
    since        date[] not null,
    dim          text[] not null,
    key          text[] not null,
    registered   integer[] not null,
    info         integer[] not null,
    waiting      integer[] not null,
    open         integer[] not null,
    rectified    integer[] not null,
    verifying    integer[] not null,
    publicity    integer[] not null,
    standing     integer[] not null,
    held         integer[] not null,
    closed       integer[] not null,
    answered     integer[] not null,
    ended        integer[] not null,
    merged       integer[] not null,
    late_waiting integer[] not null,
    late_open    integer[] not null
);
create view board_day_noted as
    select u.* from board_day_added a, unnest(a.scope, a.value, a.span, a.since, a.dim, a.key, a.registered, a.info, a.waiting, a.open, a.rectified, a.verifying, a.publicity, a.standing, a.held, a.closed, a.answered, a.ended, a.merged, a.late_waiting, a.late_open) as u (scope, value, span, since, dim, key, registered, info, waiting, open, rectified, verifying, publicity, standing, held, closed, answered, ended, merged, late_waiting, late_open);
create view board_day_all as
    select scope, value, span, since, dim, key, registered, info, waiting, open, rectified, verifying, publicity, standing, held, closed, answered, ended, merged, late_waiting, late_open from board_day union all select scope, value, span, since, dim, key, registered, info, waiting, open, rectified, verifying, publicity, standing, held, closed, answered, ended, merged, late_waiting, late_open from board_day_noted;

create table board_due_added (
    scope        text[] not null,
    value        text[] not null,
    span         text[] not null,
    since        date[] not null,
    dim          text[] not null,
    key          text[] not null,
    waiting      integer[] not null,
    open         integer[] not null
);
create view board_due_noted as
    select u.* from board_due_added a, unnest(a.scope, a.value, a.span, a.since, a.dim, a.key, a.waiting, a.open) as u (scope, value, span, since, dim, key, waiting, open);
create view board_due_all as
    select scope, value, span, since, dim, key, waiting, open from board_due union all select scope, value, span, since, dim, key, waiting, open from board_due_noted;

create table week_count_added (
    scope        text[] not null,
    value        text[] not null,
    kind         text[] not null,
    week         date[] not null,
    n            integer[] not null
);
create view week_count_all as
    select scope, value, kind, week, n from week_count
    union all
    select u.* from week_count_added a, unnest(a.scope, a.value, a.kind, a.week, a.n) as u (scope, value, kind, week, n);

-- Names that ids had last, in the order in which they first appeared.
create table named (
    kind  text   not null, -- UNIT, LEADER
    id    text   not null,
    name  text   not null,
    first bigint not null,
    last  bigint not null,
    constraint named_pk primary key (kind, id)
);

-- after load
alter table board_sum add constraint board_sum_pk primary key (scope, value, dim, key);
comment on index board_sum_pk is 'Board, Views, Items: totals';
alter table board_day add constraint board_day_pk primary key (scope, value, dim, span, since, key);
comment on index board_day_pk is 'Board, Items: totals, with BoardFilter.AsOf';
alter table board_due add constraint board_due_pk primary key (scope, value, dim, span, since, key);
comment on index board_due_pk is 'Board, Views, Items: totals';
alter table week_count add constraint week_count_pk primary key (scope, value, kind, week);
