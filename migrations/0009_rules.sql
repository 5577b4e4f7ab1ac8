-- Policies whole: stages and ladders, edits that void what was signed, starts, extensions, ratification.
set role breakglass_owner;

-- A policy is out of force from this entry on, until a later version comes into force.
alter table policy_version add retired_seq bigint;
grant update (retired_seq) on policy_version to breakglass_service;

alter table request
    -- The entry whose texts it says now: it was asked or last edited there.
    add said_seq bigint,
    add start_ms bigint,
    add stage smallint not null default 0,
    add ratified_seq bigint;
update request set said_seq = submitted_seq;
alter table request alter said_seq set not null;
grant update (said_seq, start_ms, stage, ratified_seq, policy_version, urgency, duration_s, statement)
    on request to breakglass_service;

-- After an edit everybody may sign again; what was signed before is void, and stays.
alter table sign_off
    add on_behalf_of uuid constraint sign_off_on_behalf_of references person (id),
    add stage smallint not null default 0,
    add void boolean not null default false,
    drop constraint sign_off_pk,
    add constraint sign_off_pk primary key (seq);
create unique index sign_off_once on sign_off (request, person) where not void;
grant update (void) on sign_off to breakglass_service;

alter table access_grant
    add ratify_by_ms bigint,
    add extensions smallint not null default 0,
    add extension_asked_ms bigint;
grant update (expires_ms, ratify_by_ms, extensions, extension_asked_ms)
    on access_grant to breakglass_service;

-- Policies that somebody at a shell wants proposed (`breakglass policy apply`): the running portal proposes
-- them, and says here what became of it. A proposal is nobody's word until a policy author makes it theirs.
create table policy_draft (
    id uuid constraint policy_draft_pk primary key,
    document text not null,
    -- The entry that proposed it, or why there is none.
    proposal_seq bigint,
    refused text
);
grant select, insert, update (proposal_seq, refused), delete on policy_draft to breakglass_service;

reset role;
