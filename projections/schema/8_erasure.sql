-- Items whose personal data was asked to be erased. Kept for ever: a restored backup of keys
-- may bring a key back, which then has to be destroyed again.
create table erasure (
    item uuid    not null,
    done boolean not null, -- the keys are destroyed
    constraint erasure_pk primary key (item)
);
create index erasure_open on erasure (item) where not done;
comment on index erasure_open is 'Erasures: openOnly';
