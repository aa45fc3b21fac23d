-- The last commit of each recorded day: where a report of that day stands.
create table log_day (
    day      date   not null,
    sequence bigint not null,
    hash     text   not null,
    constraint log_day_pk primary key (day)
);

-- after load
create index timeline_told on timeline (recorded)
    where type in ('item.closed', 'item.reopened', 'item.evaluated', 'look_back.passed', 'look_back.failed', 'sign_off.refused', 'site.checked');
comment on index timeline_told is 'Happened: what reports list';
create index timeline_claimed on timeline (occurred, item) where occurred is not null;
comment on index timeline_claimed is 'ClaimedItems: what was entered later';
