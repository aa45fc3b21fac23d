-- Who wants letters about which item (关注进展), one row a fact. No address stands here, not
-- even sealed.
create table follow (
    id       uuid        not null,
    fact     text        not null, -- ASKED, ON when it was confirmed, ENDED
    item     text        not null, -- id, of ASKED
    recorded timestamptz not null,
    sequence bigint      not null
);

-- after load
create index follow_id on follow (id, fact);
comment on index follow_id is 'Followers, Unconfirmed';
create index follow_item on follow (item) where fact = 'ASKED';
comment on index follow_item is 'Followers';
create index follow_asked on follow (recorded) where fact = 'ASKED';
comment on index follow_asked is 'Unconfirmed';
create index follow_ended on follow (sequence) where fact = 'ENDED';
comment on index follow_ended is 'EndedFollows';
