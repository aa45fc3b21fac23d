-- Views of the ledger that people saved; the key serves SavedViews.
create table saved_view (
    holder   text    not null, -- person/…, unit/…, everyone
    name     text    not null,
    query    text    not null,
    sequence bigint  not null, -- of the newest fact about it
    dropped  boolean not null,
    constraint saved_view_pk primary key (holder, name)
);
