-- The ledger: one row an item, holding what queries select, sort and count by. It is changed
-- only when one of these changes, and stays narrow so that counting is cheap.
create table item (
    id           uuid     not null,
    number       text     not null,
    public_id    text     not null,
    code_hash    text     not null,
    state        text     not null,
    grp          text     not null, -- where it is counted (Group)
    rank         smallint not null, -- what is stuck comes first
    sort_day     date     not null, -- within a rank; infinity for none
    mode         text     not null,
    preset       text     not null,
    source       text     not null,
    category     text     not null,
    class        text     not null,
    area         text     not null,
    unit         text     not null, -- id of the lead unit
    leader       text     not null, -- id
    campaign     text     not null,
    due          date,              -- only while the deadline runs
    due_minute   smallint not null, -- of that day, at which it is over: 1440 for its end
    next_review  date,
    office_due   date,              -- of what lies with the office (Item.Owed)
    new_week     date     not null, -- Monday of the recorded week
    closed_week  date,              -- only while it is struck off
    returns      integer  not null,
    reopened     integer  not null,
    return_open  boolean  not null,
    ext_open     boolean  not null,
    reply_open   boolean  not null,
    held         boolean  not null,
    unsatisfied  boolean  not null,
    blocked      boolean  not null,
    leader_decides boolean not null,
    shown        boolean  not null, -- released, and of a class that may be
    complained_of text[]  not null,
    level        text     not null,
    supervision  text     not null, -- highest level in force
    urgent       boolean  not null,
    node         date,              -- day on which the next node of its plan is due, only while the deadline runs
    raised_day   date     not null, -- recorded day of registration
    since        date     not null, -- first day of the last row of item_day
    closed_at    timestamptz,       -- only while it is struck off
    constraint item_pk primary key (id)
);

-- The rest of the row: the item as pages read it, one JSON document, kept as text because no
-- query looks into it. No other index, and room in each page, so that a change stays in its
-- page.
create table item_doc (
    item uuid  not null,
    doc  text  not null,
    constraint item_doc_pk primary key (item)
) with (fillfactor = 70);

-- Words of an item and their one- and two-character grams, apart from the row because they
-- change seldom and their index is costly to change.
create table item_search (
    item   uuid     not null,
    number text     not null,
    month  integer  not null, -- of registration, counted from the year 2000
    body   text     not null, -- number, title and the rest, one a line
    grams  bigint[] not null, -- month, and one or two characters
    constraint item_search_pk primary key (item)
);

-- One unit's part of an item, and where the item stands in the ledger's order.
create table assignment (
    item     uuid     not null,
    id       text     not null,
    unit     text     not null,
    part     text     not null,
    state    text     not null,
    due      date,
    lists    boolean  not null, -- the unit's first part that was not taken back
    rank     smallint not null, -- as in item
    sort_day date     not null,
    due_minute smallint not null, -- of the item, as there
    number   text     not null,
    place    smallint not null, -- where the item stands, as fine as a board shows it
    constraint assignment_pk primary key (item, id)
);

-- after load
create index item_number on item (number);
comment on index item_number is 'Item, PublicByCode';
create index item_public_id on item (public_id) where shown;
comment on index item_public_id is 'PublicByID';
create index item_order on item (rank, sort_day, number, id);
comment on index item_order is 'Items without a filter, and with one that most rows pass';
create index item_unit on item (unit, rank, sort_day, number, id);
comment on index item_unit is 'Items, Queues: Filter.Unit with LeadOnly';
create index item_leader on item (leader, rank, sort_day, number, id);
comment on index item_leader is 'Items: Filter.Leader';
create index item_state on item (state, rank, sort_day, number, id);
comment on index item_state is 'Items: Filter.States';
create index item_area on item (area, rank, sort_day, number, id);
comment on index item_area is 'Items: Filter.Area; Similar, Relapses';
create index item_category on item (category, rank, sort_day, number, id);
comment on index item_category is 'Items: Filter.Category; Similar';
create index item_source on item (source, rank, sort_day, number, id);
comment on index item_source is 'Items: Filter.Source';
create index item_campaign on item (campaign, rank, sort_day, number, id) where campaign <> '';
comment on index item_campaign is 'Items: Filter.Campaign';
create index item_class on item (class, rank, sort_day, number, id) where class <> 'ORDINARY';
comment on index item_class is 'Items: Filter.Class';
create index item_supervision on item (rank, sort_day, number, id) where supervision <> '';
comment on index item_supervision is 'Items: Filter.Supervision';
create index item_urgent on item (rank, sort_day, number, id) where urgent;
comment on index item_urgent is 'Items: Filter.Urgent';
create index item_node on item (rank, sort_day, number, id) where node is not null;
comment on index item_node is 'Items: Filter.Pace';
create index item_returned on item (rank, sort_day, number, id) where returns > 1;
comment on index item_returned is 'Items: QueueBounced, Filter.Returned; Stuck';
create index item_return on item (rank, sort_day, number, id) where return_open and grp in ('WAITING', 'OPEN');
comment on index item_return is 'Items: QueueReturn';
create index item_extension on item (rank, sort_day, number, id) where ext_open and grp in ('WAITING', 'OPEN');
comment on index item_extension is 'Items: QueueExtension';
create index item_reopened on item (rank, sort_day, number, id) where reopened > 0;
comment on index item_reopened is 'Items: QueueReopened, Filter.Reopened; Stuck';
create index item_unsatisfied on item (rank, sort_day, number, id) where unsatisfied;
comment on index item_unsatisfied is 'Items: QueueUnsatisfied, Filter.Unsatisfied; Stuck';
create index item_blocked on item (rank, sort_day, number, id) where blocked;
comment on index item_blocked is 'Items: QueueBlocked';
create index item_leader_decides on item (rank, sort_day, number, id) where leader_decides;
comment on index item_leader_decides is 'Items: QueueLeader';
create index item_hour on item (sort_day) where due_minute < 1440;
comment on index item_hour is 'Board: deadlines in hours';
create index item_held on item (rank, sort_day, number, id) where held;
comment on index item_held is 'Items: QueueHeld';
create index item_office on item (office_due, rank, sort_day, number, id) where office_due is not null;
comment on index item_office is 'Items, Queues: QueueToday';
create index item_reply on item (rank, sort_day, number, id) where reply_open;
comment on index item_reply is 'Items: QueueReply';
create index item_shown on item (number desc, id desc) where shown;
comment on index item_shown is 'PublicItems';
create index item_closed on item (closed_at desc, id) where closed_at is not null;
comment on index item_closed is 'LatestClosed, PublicLatestClosed';
create index item_leader_closed on item (leader, closed_at desc, id) where closed_at is not null;
comment on index item_leader_closed is 'LatestClosed of a leader';
create index item_search_newest on item_search (month desc, number desc);
comment on index item_search_newest is 'Items: Filter.Q, the newest first';
create index item_search_grams on item_search using gin (grams) with (gin_pending_list_limit = 256);
comment on index item_search_grams is 'Items, PublicItems: Filter.Q, rechecked by like';
create index assignment_unit on assignment (unit, rank, sort_day, number, item) include (place, due_minute) where lists;
comment on index assignment_unit is 'Items: Filter.Unit';
create index assignment_state on assignment (unit, state, item);
comment on index assignment_state is 'Queues: QueueToSign, QueueSentBack, QueueOpen of one unit';
create index item_complained on item using gin (complained_of) where class <> 'ORDINARY';
comment on index item_complained is 'Sight.Self';
