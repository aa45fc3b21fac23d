-- The signed roots of the log, as they are published (日根).
create table root (
    day      date        not null,
    sequence bigint      not null, -- of the root itself in the log
    recorded timestamptz not null,
    doc      jsonb       not null, -- the fact
    constraint root_pk primary key (day)
);
