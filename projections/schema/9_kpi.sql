-- What rates are made of (domain.md §5.5): how often a measure was taken, by the period or by
-- the month of registration that it belongs to, by unit, and by the recorded day on which it
-- became so. A rate as of a cut-off is a sum over days up to it and comes out the same for
-- ever.
create table kpi_count (
    cohort  text    not null, -- PERIOD by when it happened, RAISED by when the item was registered
    basis   date    not null, -- first of the month; of a deadline, the day itself
    measure text    not null,
    unit    text    not null, -- "" for items that no unit leads
    day     date    not null, -- recorded
    n       integer not null
);

-- after load
alter table kpi_count add constraint kpi_count_pk primary key (cohort, basis, measure, unit, day);
comment on index kpi_count_pk is 'KPIs';
create index kpi_count_empty on kpi_count (basis) where n = 0;
comment on index kpi_count_empty is 'the projector, to drop what fell to nothing';
