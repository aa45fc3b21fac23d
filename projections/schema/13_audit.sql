-- Who did what: one row a commit, whatever it is about. Insert only; nothing personal is in it.
create table audit (
    sequence   bigint      not null,
    recorded   timestamptz not null,
    command_id uuid        not null,
    kind       text        not null, -- AuditKind
    subject    text        not null, -- aggregate that it is about
    about      uuid        not null,
    command    text        not null,
    facts      text        not null, -- wire names, a blank between
    actor      text        not null, -- id of who did it
    role       text        not null,
    unit       text        not null, -- id
    post       text        not null,
    behalf     text        not null, -- id of the officer for whom, '' for himself
    network    text        not null,
    agent      text        not null,
    cause      text        not null,
    words      text        not null, -- what there is to say beyond the facts' names
    demo       boolean     not null
);

-- after load
alter table audit add constraint audit_pk primary key (sequence);
comment on index audit_pk is 'Audit, newest first';
create index audit_command on audit (command_id, sequence);
comment on index audit_command is 'CommandResult';
create index audit_actor on audit (actor, sequence);
comment on index audit_actor is 'Audit: AuditFilter.Who';
create index audit_behalf on audit (behalf, sequence) where behalf <> '';
comment on index audit_behalf is 'Audit: AuditFilter.Who';
create index audit_unit on audit (unit, sequence) where unit <> '';
comment on index audit_unit is 'Audit: AuditFilter.Unit';
create index audit_network on audit (network, sequence) where network <> '';
comment on index audit_network is 'Audit: AuditFilter.Network';
create index audit_kind on audit (kind, sequence) where kind <> 'WORK';
comment on index audit_kind is 'Audit: AuditFilter.Kind; work is most of it and is read in order';
create index audit_about on audit (about, sequence) where kind <> 'WORK';
comment on index audit_about is 'Audit: AuditFilter.Item, with timeline_pk for work';
