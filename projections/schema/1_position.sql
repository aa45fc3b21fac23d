-- Up to where the rows of this schema stand. One row; moved on by compare-and-set in the
-- transaction that writes the rows.
create table position (
    one      boolean not null default true,
    identity text    not null,
    sequence bigint  not null,
    hash     text    not null,
    moved    timestamptz not null,
    constraint position_pk  primary key (one),
    constraint position_one check (one)
);
insert into position (identity, sequence, hash, moved) values ('', 0, '', now());

-- What became of a command: asked when a writer does not know whether its write arrived.
create table command_result (
    command_id uuid   not null,
    item       uuid   not null,
    sequence   bigint not null,
    command    text   not null
);

-- after load
alter table command_result add constraint command_result_pk primary key (command_id, sequence);
comment on index command_result_pk is 'CommandResult';
