-- Which fact entered which bytes, as they came and as they are kept, to find a file that is
-- handed in twice.
create table evidence_file (
    hash     text   not null, -- sha-256, hex
    item     uuid   not null,
    evidence text   not null, -- id of the fact
    ledger   text   not null, -- that a workbook was imported into, '' of evidence
    used     date   not null, -- recorded day
    sequence bigint not null,
    constraint evidence_file_pk primary key (hash, item, evidence)
);
comment on index evidence_file_pk is 'FileUses';
create index evidence_file_ledger on evidence_file (ledger) where ledger <> '';
comment on index evidence_file_ledger is 'Workbooks';
