-- The facts of the directory, as they are. It is small, and every page asks for all of it, so
-- it is folded in memory (directory.go); what is sealed stays sealed here too.
create table directory_fact (
    sequence bigint      not null,
    n        smallint    not null, -- within its commit
    entry    uuid        not null, -- DirectoryID of the unit, officer, ledger or duty
    recorded timestamptz not null,
    doc      jsonb       not null, -- type, version and data, as in the log
    constraint directory_fact_pk primary key (sequence, n)
);

-- How many facts there are: what is kept in memory is looked up by it.
create table directory_size (
    one   boolean not null,
    facts bigint  not null
);

-- after load
alter table directory_size add constraint directory_size_pk primary key (one);
