-- What petitioners said, one row a round, for what is asked over many items: how many
-- answered, and whether their answers look made.
create table evaluation (
    item      uuid        not null,
    round     integer     not null,
    unit      text        not null, -- id of the lead unit when it was given
    given     timestamptz not null, -- recorded
    solved    text        not null,
    satisfied text        not null,
    by        text        not null, -- CODE, CALL
    exempt    boolean     not null, -- left out of rates (甄别)
    constraint evaluation_pk primary key (item, round)
);
comment on index evaluation_pk is 'PublicSaid';

-- after load
create index evaluation_given on evaluation (given);
comment on index evaluation_given is 'Odd';
