-- What rates are made of (domain.md §5.5): how often a measure was taken, by the period or by
-- the month of registration that it belongs to, by unit, and by the recorded day on which it
-- became so. A rate as of a cut-off is a sum over days up to it and comes out the same for
-- ever.
create table kpi_count (
    cohort  text collate "C" not null, -- PERIOD by when it happened, RAISED by when the item was registered
    basis   date    not null, -- first of the month; of a deadline, the day itself
    measure text collate "C" not null,
    unit    text collate "C" not null, -- "" for items that no unit leads
    day     date    not null, -- recorded
    n       integer not null
) with (fillfactor = 70);

create table kpi_count_added (
    cohort       text[] not null,
    basis        date[] not null,
    measure      text[] not null,
    unit         text[] not null,
    day          date[] not null,
    n            integer[] not null
);
create view kpi_count_all as
    select cohort, basis, measure, unit, day, n from kpi_count
    union all
    select u.* from kpi_count_added a, unnest(a.cohort, a.basis, a.measure, a.unit, a.day, a.n) as u (cohort, basis, measure, unit, day, n);

-- after load
alter table kpi_count add constraint kpi_count_pk primary key (cohort, basis, measure, unit, day);
comment on index kpi_count_pk is 'KPIs';
