-- Until when what was released is public (公开期限).
create table expiry (
    item  uuid not null,
    until date,            -- null for no limit, and once it was taken down
    constraint expiry_pk primary key (item)
);

-- after load
create index expiry_until on expiry (until) where until is not null;
comment on index expiry_until is 'Expired';
