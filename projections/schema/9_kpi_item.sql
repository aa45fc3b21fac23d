-- The rows behind the figures of kpi_count: what each item counted as, as changes by recorded
-- day. An entry is a bigint: measure (8 bits), place of the unit in units, 0 for none (8), basis and
-- recorded day as days since 2000-01-01 (16 each), and by how much it counts more, plus 32768.
create table kpi_item (
    item    uuid     not null,
    raised  date     not null, -- first of the month of registration
    first   date,              -- oldest and newest basis of the entries, null without any
    last    date,
    units   text[]   not null, -- ids, in order
    entries bigint[] not null, -- in order
    constraint kpi_item_pk primary key (item)
) with (fillfactor = 70);

-- after load
create index kpi_item_last on kpi_item (last);
comment on index kpi_item_last is 'KPIRows of a period';
create index kpi_item_raised on kpi_item (raised);
comment on index kpi_item_raised is 'KPIRows of a cohort';
