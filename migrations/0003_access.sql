-- Projections: what pages and background tasks ask for, written in the transaction of the entries
-- they come from. The entries are the truth; these tables can be made again from them.
set role breakglass_owner;

-- What was sealed, by the entry that carries the commitment. Erasing sets both columns to null.
create table opening (
    seq bigint not null,
    field text not null,
    salt bytea,
    bytes bytea,
    constraint opening_pk primary key (seq, field),
    constraint opening_whole_or_erased check ((salt is null) = (bytes is null)),
    constraint opening_salt_length check (octet_length(salt) = 32)
);

create table person (
    id uuid constraint person_pk primary key,
    registered_seq bigint not null
);

-- A person is who (issuer, subject) says, never an e-mail address.
create table person_identity (
    issuer text not null,
    subject text not null,
    person uuid not null constraint person_identity_person references person (id),
    constraint person_identity_pk primary key (issuer, subject)
);

create table policy_version (
    name text not null,
    version int not null constraint policy_version_positive check (version > 0),
    sha256 bytea not null,
    -- The exact JSON that the digest is over.
    document text not null,
    activated_seq bigint not null,
    constraint policy_version_pk primary key (name, version)
);

create table request (
    id uuid constraint request_pk primary key,
    mode text not null constraint request_mode_known check (mode in ('ordinary', 'emergency')),
    state text not null constraint request_state_known check (
        state in ('submitted', 'approved', 'granted', 'denied', 'withdrawn', 'lapsed')),
    resource text not null,
    policy text not null,
    policy_version int not null,
    requester uuid not null constraint request_requester references person (id),
    urgency text not null constraint request_urgency_known check (
        urgency in ('sev1', 'sev2', 'sev3', 'sev4')),
    duration_s bigint not null,
    statement bytea not null,
    submitted_seq bigint not null,
    submitted_ms bigint not null,
    lapses_ms bigint not null,
    approvals smallint not null default 0,
    constraint request_policy foreign key (policy, policy_version)
        references policy_version (name, version)
);
create index request_by_requester on request (requester, submitted_seq desc);
create index request_undecided on request (lapses_ms) where state in ('submitted', 'approved');

create table sign_off (
    request uuid not null constraint sign_off_request references request (id),
    person uuid not null constraint sign_off_person references person (id),
    decision text not null constraint sign_off_decision_known check (decision in ('approve', 'deny')),
    seq bigint not null,
    at_ms bigint not null,
    constraint sign_off_pk primary key (request, person)
);

create table access_grant (
    id uuid constraint access_grant_pk primary key,
    request uuid not null constraint access_grant_request references request (id)
        constraint access_grant_once unique,
    state text not null constraint access_grant_state_known check (
        state in ('intended', 'active', 'failed', 'ended')),
    role text not null,
    intended_ms bigint not null,
    opened_ms bigint,
    expires_ms bigint not null,
    credential_shown boolean not null default false,
    failure text,
    end_cause text,
    ended_ms bigint,
    sessions_cut bigint
);
create index access_grant_standing on access_grant (expires_ms) where state in ('intended', 'active');

create table review (
    request uuid constraint review_pk primary key constraint review_request references request (id),
    person uuid not null constraint review_person references person (id),
    verdict text not null constraint review_verdict_known check (
        verdict in ('emergency', 'drill', 'misuse')),
    seq bigint not null,
    at_ms bigint not null
);

-- Which entries tell a request's story.
create table request_entry (
    request uuid not null,
    seq bigint not null,
    constraint request_entry_pk primary key (request, seq)
);

grant select, insert on opening, person, person_identity, policy_version, request, sign_off,
    access_grant, review, request_entry to breakglass_service;
grant update (state, approvals, lapses_ms) on request to breakglass_service;
grant update (state, opened_ms, credential_shown, failure, end_cause, ended_ms, sessions_cut)
    on access_grant to breakglass_service;

reset role;
