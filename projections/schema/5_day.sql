-- Where each item stood, by recorded day: one row a run of days over which nothing changed
-- that a board or the ledger of a past day goes by. from_day <= d < to_day picks one row an
-- item; to_day is infinity for the run that still goes on.
create table item_day (
    item     uuid not null,
    from_day date not null,
    to_day   date not null,
    number   text not null,
    preset   text not null,
    unit     text not null,
    leader   text not null,
    mode     text not null,
    source   text not null,
    category text not null,
    area     text not null,
    campaign text not null,
    class    text not null,
    grp      text not null,
    state    text not null,
    due      date,          -- while the deadline runs
    due_minute smallint not null, -- as in item
    constraint item_day_pk primary key (item, from_day)
);

-- after load
create index item_day_order on item_day (number, item, from_day);
comment on index item_day_order is 'Items: Filter.AsOf';
create index item_day_unit on item_day (unit, to_day, from_day) where unit <> '';
comment on index item_day_unit is 'Board, Items: Filter.AsOf with Filter.Unit';
create index item_day_leader on item_day (leader, to_day, from_day) where leader <> '';
comment on index item_day_leader is 'Board, Items: Filter.AsOf with Filter.Leader';
create index item_day_due on item_day (due, from_day, to_day) where due is not null;
comment on index item_day_due is 'Board, Items: Filter.AsOf, near and overdue';
